"use client";

import { useLocale } from "next-intl";
import en from "@/lib/i18n/en/failures.json";
import type { Language } from "@/lib/i18n/languages";
import tr from "@/lib/i18n/tr/failures.json";
import { explainFailure } from "@/lib/messages/failure";
import type { Message } from "@/lib/messages/schema";
import { explainCode } from "@/lib/whatsapp/explain-code";

type FailureText = { title: string; meaning: string; action: string };

const OWN_TITLES: Record<Language, Record<string, { title: string }>> = { en, tr };

/** Why a message failed, in the person's language: what happened, why, and what to do. */
export function useFailureText(): (error: NonNullable<Message["error"]>) => FailureText {
  const language = useLocale();
  return ({ code, reason, details }) => {
    const { meaning, action } = explainFailure(
      { ...(code === null ? {} : { code }), reason, ...(details === null ? {} : { details }) },
      language,
    );
    const title = (code === null ? OWN_TITLES[language][reason]?.title : undefined) ?? explainCode(code, language).title;
    return { title, meaning, action };
  };
}
