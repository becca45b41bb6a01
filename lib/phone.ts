import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { currentForm } from "./phone-forms";

/** Spaces, dashes, dots and brackets are how people write numbers; everything else must be `+` and digits. */
const WRITTEN = /^\+[\d\s().-]+$/;

/**
 * The number in E.164 (`+905551234567`), or null. Only international writing with `+` counts: without it Meta may put
 * the sender's own country code in front and reach a stranger. A writing from before a numbering reform becomes the present one.
 */
export function toE164(input: string): string | null {
  const text = input.trim();
  if (!WRITTEN.test(text)) return null;
  const digits = `+${text.replace(/\D/g, "")}`;
  const current = currentForm(digits);
  const parsed = parsePhoneNumberFromString(current === digits ? text : current);
  return parsed?.isPossible() && /^\+\d{7,15}$/.test(parsed.number) ? parsed.number : null;
}

/** What the writer of a national number probably meant, given the organization's country; null when nothing valid comes to mind. */
export function suggestE164(input: string, country: string): string | null {
  const text = input.trim();
  const attempts = [text.startsWith("00") ? `+${text.slice(2)}` : text, `+${text}`];
  if (isSupportedCountry(country)) {
    const national = parsePhoneNumberFromString(text, country as CountryCode);
    if (national?.isValid()) return national.number;
  }
  for (const attempt of attempts) {
    const parsed = parsePhoneNumberFromString(attempt);
    if (parsed?.isValid()) return parsed.number;
  }
  return null;
}

/** `+90 555 123 45 67`: grouped for reading. */
export function formatPhone(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}

/** The ISO country of a number, for its time zone and Meta's market; null when unknown. */
export function phoneCountry(e164: string): string | null {
  return parsePhoneNumberFromString(e164)?.country ?? null;
}
