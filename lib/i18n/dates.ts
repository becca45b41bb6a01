import { INTL_LOCALES, type Language } from "./languages";

/** A day of the calendar, `YYYY-MM-DD`, as people write it in the language: 25.11.2026, 25/11/2026. */
export function writeDate(day: string, language: Language): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return new Intl.DateTimeFormat(INTL_LOCALES[language], {
    timeZone: "UTC",
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
  }).format(date);
}

/**
 * The day that was written, as `YYYY-MM-DD`: in the language's order, whatever stands between the numbers, with two or four digits of
 * the year; or in ISO form. Null when it is no day of the calendar.
 */
export function readDate(text: string, language: Language): string | null {
  const numbers = text.trim().match(/\d+/g) ?? [];
  if (numbers.length !== 3 || /\p{L}/u.test(text)) return null;
  const [first = "", second = "", third = ""] = numbers;
  const [year, month, day] = first.length === 4 ? [first, second, third] : inOrder(language, first, second, third);
  const iso = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === iso ? iso : null;
}

function inOrder(language: Language, first: string, second: string, third: string): [string, string, string] {
  const parts = new Intl.DateTimeFormat(INTL_LOCALES[language], {
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
  }).formatToParts();
  const order = parts.map(({ type }) => type).filter((type) => type === "day" || type === "month" || type === "year");
  const given = [first, second, third];
  const of = (type: "day" | "month" | "year") => given[order.indexOf(type)] ?? "";
  return [of("year"), of("month"), of("day")];
}
