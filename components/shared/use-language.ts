"use client";

import { useLocale, useTimeZone } from "next-intl";
import type { Language } from "@/lib/i18n/languages";

/** The person's language and the organization's time zone: what every figure and date is drawn with. */
export function useZone(): { language: Language; timeZone: string } {
  return { language: useLocale(), timeZone: useTimeZone() ?? "UTC" };
}
