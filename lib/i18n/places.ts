import { getCountries, getCountryCallingCode } from "libphonenumber-js/max";
import { INTL_LOCALES, LANGUAGES, type Language } from "./languages";

export type Place = { value: string; label: string; hint?: string; keywords?: string[] };

/**
 * Every country with a telephone code, by its name in the language; found by its names in the others, its codes too. Made on the
 * server: browsers know other names.
 */
export function countries(language: Language): Place[] {
  const names = LANGUAGES.map((one) => new Intl.DisplayNames(INTL_LOCALES[one], { type: "region" }));
  const own = new Intl.DisplayNames(INTL_LOCALES[language], { type: "region" });
  return getCountries()
    .map((code) => ({
      value: code as string,
      label: own.of(code) ?? code,
      hint: `+${getCountryCallingCode(code)}`,
      keywords: [code, ...names.flatMap((one) => one.of(code) ?? []), ...(OTHER_NAMES[code] ?? [])],
    }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
}

/** What people type who do not use the official name. */
const OTHER_NAMES: Record<string, string[]> = {
  AE: ["BAE", "UAE", "Dubai"],
  CZ: ["Czech Republic"],
  GB: ["UK", "England", "İngiltere"],
  NL: ["Holland", "Hollanda"],
  TR: ["Turkey"],
  US: ["USA", "America", "ABD"],
};

/** Languages that templates are commonly written in, by their names in the language; the list is WhatsApp's most used. */
const TEMPLATE_LANGUAGES =
  "ar az bg cs da de el en en_GB en_US es es_MX fa fi fr he hi hr hu id it ja ka kk ko nb nl pl " +
  "pt_BR pt_PT ro ru sk sq sr sv th tr uk uz vi zh_CN";

export function templateLanguages(language: Language): Place[] {
  const names = new Intl.DisplayNames(INTL_LOCALES[language], { type: "language" });
  return TEMPLATE_LANGUAGES.split(" ")
    .map((code) => ({ value: code, label: names.of(code.replace("_", "-")) ?? code, hint: code, keywords: [code] }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
}
