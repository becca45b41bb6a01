import { INTL_LOCALES, LANGUAGES, type Language } from "./languages";
import type { Place } from "./places";

const HOUR_MS = 3_600_000;
const made = new Map<Language, { hour: number; zones: Place[] }>();

/** Every time zone of the IANA database with its present distance from UTC, found by city and country in every language of the console. */
export function timeZones(language: Language, now: Date): Place[] {
  // The offsets take a formatter each, which is slow to make, and change on the hour at most.
  const hour = Math.floor(now.getTime() / HOUR_MS);
  const known = made.get(language);
  if (known?.hour === hour) return known.zones;
  const zones = zoneNames().map((zone): Place => {
    const hint = offsetOf(zone.value, language, now);
    return { ...zone, hint, keywords: [...(zone.keywords ?? []), shortOffset(hint)] };
  });
  made.set(language, { hour, zones });
  return zones;
}

/** The same without the distance from UTC, which is quick enough for a dialog. */
export function zoneNames(): Place[] {
  names ??= nameZones();
  return names;
}

let names: Place[] | undefined;

function nameZones(): Place[] {
  const countries = countriesOfZones();
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => ({
    value: zone,
    label: zone.replaceAll("_", " "),
    keywords: [...(countries.get(zone) ?? []), ...(CITIES[zone] ?? [])],
  }));
}

function offsetOf(timeZone: string, language: Language, now: Date): string {
  const parts = new Intl.DateTimeFormat(INTL_LOCALES[language], { timeZone, timeZoneName: "longOffset" }).formatToParts(now);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** `GMT+03:00` as people write it: `UTC+3`. */
function shortOffset(offset: string): string {
  return offset.replace("GMT", "UTC ").replace(/([+-])0?(\d+):00/, "$1$2");
}

/** The names of the countries that a zone is the time of, in every language of the console. */
function countriesOfZones(): Map<string, string[]> {
  const names = LANGUAGES.map((language) => new Intl.DisplayNames(INTL_LOCALES[language], { type: "region", fallback: "none" }));
  const found = new Map<string, string[]>();
  for (const code of regionCodes()) {
    for (const zone of zonesOf(code)) {
      const called = names.flatMap((one) => one.of(code) ?? []);
      for (const one of [zone, ALIASES[zone] ?? zone]) found.set(one, [...new Set([...(found.get(one) ?? []), ...called])]);
    }
  }
  return found;
}

/** All pairs of letters; those that are no country have no zones. */
function regionCodes(): string[] {
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters.flatMap((first) => letters.map((second) => first + second));
}

/** Newer runtimes have a method where older ones have a property. */
type LocaleWithZones = Intl.Locale & { getTimeZones?: () => string[] | undefined; timeZones?: string[] };

function zonesOf(region: string): string[] {
  const locale: LocaleWithZones = new Intl.Locale(`und-${region}`);
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

/** Zones that runtimes list by one name and give to their countries by another. */
const ALIASES: Record<string, string> = {
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Kolkata": "Asia/Calcutta",
  "Europe/Kiev": "Europe/Kyiv",
  "Europe/Kyiv": "Europe/Kiev",
};

/** Cities that another language writes in another way than the database. */
const CITIES: Record<string, string[]> = {
  "Africa/Algiers": ["Cezayir"],
  "Africa/Cairo": ["Kahire"],
  "Africa/Casablanca": ["Kazablanka"],
  "Africa/Tripoli": ["Trablus"],
  "America/Mexico_City": ["Meksiko"],
  "Asia/Almaty": ["Almatı"],
  "Asia/Amman": ["Ürdün"],
  "Asia/Ashgabat": ["Aşkabat"],
  "Asia/Baghdad": ["Bağdat", "Irak"],
  "Asia/Baku": ["Bakü", "Azerbaycan"],
  "Asia/Beirut": ["Beyrut", "Lübnan"],
  "Asia/Bishkek": ["Bişkek"],
  "Asia/Damascus": ["Şam", "Suriye"],
  "Asia/Dubai": ["Abu Dabi"],
  "Asia/Jerusalem": ["Kudüs", "Tel Aviv"],
  "Asia/Kolkata": ["Yeni Delhi", "New Delhi", "Mumbai", "Kalküta"],
  "Asia/Calcutta": ["Yeni Delhi", "New Delhi", "Mumbai", "Kalküta"],
  "Asia/Kuwait": ["Kuveyt"],
  "Asia/Nicosia": ["Lefkoşa", "Kıbrıs"],
  "Asia/Qatar": ["Doha", "Katar"],
  "Asia/Riyadh": ["Riyad"],
  "Asia/Seoul": ["Seul"],
  "Asia/Shanghai": ["Şanghay", "Pekin", "Beijing"],
  "Asia/Singapore": ["Singapur"],
  "Asia/Tashkent": ["Taşkent"],
  "Asia/Tbilisi": ["Tiflis", "Gürcistan"],
  "Asia/Tehran": ["Tahran"],
  "Asia/Yerevan": ["Erivan"],
  "Europe/Athens": ["Atina"],
  "Europe/Belgrade": ["Belgrad"],
  "Europe/Brussels": ["Brüksel"],
  "Europe/Bucharest": ["Bükreş"],
  "Europe/Budapest": ["Budapeşte"],
  "Europe/Copenhagen": ["Kopenhag"],
  "Europe/Dublin": ["İrlanda"],
  "Europe/Istanbul": ["Ankara", "İzmir", "Türkiye", "Turkey"],
  "Europe/Kyiv": ["Kiev"],
  "Europe/Kiev": ["Kyiv"],
  "Europe/Lisbon": ["Lizbon"],
  "Europe/London": ["Londra", "İngiltere", "England"],
  "Europe/Luxembourg": ["Lüksemburg"],
  "Europe/Moscow": ["Moskova"],
  "Europe/Prague": ["Prag"],
  "Europe/Rome": ["Roma"],
  "Europe/Sarajevo": ["Saraybosna"],
  "Europe/Skopje": ["Üsküp"],
  "Europe/Sofia": ["Sofya"],
  "Europe/Tirane": ["Tiran"],
  "Europe/Vienna": ["Viyana"],
  "Europe/Warsaw": ["Varşova"],
  "Europe/Zurich": ["Zürih"],
};
