"use client";

import { useLocale, useTranslations } from "next-intl";
import { ApiError } from "@/lib/http/client";

type ErrorText = { message: string; detail?: string; requestId?: string };

/**
 * Says an error in the person's language. The server's own sentence is kept as `detail` where it may say more
 * than our sentence for the code; it stands alone when the code is not known here.
 */
export function useErrorText(): (error: unknown) => ErrorText {
  const t = useTranslations("errors");
  const language = useLocale();
  return (error) => {
    if (!(error instanceof ApiError)) return { message: t("internal_error") };
    const code = error.code as "internal_error";
    if (!t.has(code)) return { message: error.message, requestId: error.requestId };
    const message = t(code);
    const saysMore = DETAILED.has(error.code) && error.message !== message;
    // The server speaks English: to an English reader its sentence stands alone, to others beneath ours.
    if (saysMore && language === "en") return { message: error.message, requestId: error.requestId };
    return { message, detail: saysMore ? error.message : undefined, requestId: error.requestId };
  };
}

/** Codes whose sentence from the server names the case: what conflicted, which parameter, what Meta said. */
const DETAILED = new Set([
  "conflict",
  "validation_failed",
  "template_params_mismatch",
  "graph_error",
  "quota_exceeded",
  "integration_paused",
  "forbidden",
]);
