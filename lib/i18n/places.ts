import { getCountries } from "libphonenumber-js/max";
import { INTL_LOCALES, type Language } from "./languages";

export type Place = { value: string; label: string; hint?: string; keywords?: string[] };

/** Every country with a telephone code, by its name in the language. Made on the server: browsers know other names. */
export function countries(language: Language): Place[] {
  const names = new Intl.DisplayNames(INTL_LOCALES[language], { type: "region" });
  return getCountries()
    .map((code) => ({ value: code as string, label: names.of(code) ?? code, keywords: [code] }))
    .sort((a, b) => a.label.localeCompare(b.label, language));
}

/** Every time zone of the IANA database with its present distance from UTC. */
export function timeZones(language: Language, now: Date): Place[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => ({
    value: zone,
    label: zone.replaceAll("_", " "),
    hint: offsetOf(zone, language, now),
  }));
}

function offsetOf(timeZone: string, language: Language, now: Date): string {
  const parts = new Intl.DateTimeFormat(INTL_LOCALES[language], { timeZone, timeZoneName: "longOffset" }).formatToParts(now);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

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
