import failuresEn from "@/lib/i18n/en/failures.json";
import failuresTr from "@/lib/i18n/tr/failures.json";
import type { Language } from "@/lib/organizations/schema";
import { explainCode } from "@/lib/whatsapp/explain-code";
import type { Message, MessageFailure } from "./schema";

const OWN: Record<Language, Record<string, { meaning: string; action: string }>> = { en: failuresEn, tr: failuresTr };

/** Why a message failed, in words: Meta's code explained, or our own reason. */
export function explainFailure(failure: MessageFailure, language: Language): NonNullable<Message["error"]> {
  const own = failure.code === undefined ? OWN[language][failure.reason] : undefined;
  const { meaning, action } = own ?? explainCode(failure.code, language);
  return {
    code: failure.code ?? null,
    reason: failure.reason,
    meaning,
    action,
    details: failure.details ?? failure.title ?? null,
  };
}
