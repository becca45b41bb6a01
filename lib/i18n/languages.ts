export const LANGUAGES = ["en", "tr"] as const;
export type Language = (typeof LANGUAGES)[number];

export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", tr: "Türkçe" };

/** The cookie that holds the person's own choice; it wins over everything else. */
export const LANGUAGE_COOKIE = "locale";

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** The first language of an Accept-Language header that we speak, weighed by its q values. */
export function languageFromHeader(header: string | null): Language | undefined {
  if (!header) return undefined;
  const wanted = header
    .split(",")
    .map((part) => {
      const [tag = "", ...params] = part.trim().split(";");
      const quality = params.map((p) => p.trim()).find((p) => p.startsWith("q="));
      return { language: tag.toLowerCase().split("-")[0], quality: quality ? Number(quality.slice(2)) : 1 };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wanted.map(({ language }) => language).find(isLanguage);
}

/** What Intl is given: the language with the regional habits we promise (24-hour clock, day before month). */
export const INTL_LOCALES: Record<Language, string> = { en: "en-GB", tr: "tr-TR" };
