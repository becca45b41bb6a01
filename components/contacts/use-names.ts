"use client";

import { useCallback, useMemo } from "react";
import { useZone } from "@/components/shared/use-language";
import { INTL_LOCALES } from "@/lib/i18n/languages";

/** The name of a language such as `tr` or `en_US`, in the person's language. */
export function useLanguageName(): (code: string) => string {
  const { language } = useZone();
  const names = useMemo(
    () => new Intl.DisplayNames([INTL_LOCALES[language]], { type: "language", languageDisplay: "standard", fallback: "code" }),
    [language],
  );
  return useCallback((code) => nameOf(names, code.replace("_", "-")) ?? code, [names]);
}

/** The name of a country such as `TR`. */
export function useCountryName(): (code: string) => string {
  const { language } = useZone();
  const names = useMemo(() => new Intl.DisplayNames([INTL_LOCALES[language]], { type: "region" }), [language]);
  return useCallback((code) => nameOf(names, code) ?? code, [names]);
}

function nameOf(names: Intl.DisplayNames, code: string): string | undefined {
  try {
    return names.of(code);
  } catch {
    return undefined;
  }
}

/** Languages that people write to their customers in; any other is taken over the API. */
export const COMMON_LANGUAGES = [
  "ar",
  "az",
  "bg",
  "cs",
  "da",
  "de",
  "el",
  "en",
  "en_GB",
  "en_US",
  "es",
  "fa",
  "fi",
  "fr",
  "he",
  "hi",
  "hr",
  "hu",
  "id",
  "it",
  "ja",
  "ka",
  "kk",
  "ko",
  "nl",
  "pl",
  "pt_BR",
  "pt_PT",
  "ro",
  "ru",
  "sq",
  "sr",
  "sv",
  "tr",
  "uk",
  "ur",
  "uz",
  "vi",
  "zh_CN",
] as const;
