import table from "./phone-table.json";

/** Calling code to the possible lengths of a number and its groupings. Made by scripts/phone-table.ts out of libphonenumber's metadata. */
const TABLE: Record<string, string[]> = table;

/** As in lib/phone.ts: only international writing counts. */
const WRITTEN = /^\+[\d\s().-]+$/;

/**
 * What a browser takes for a number while somebody types: E.164, or null. It knows calling codes and lengths, not areas and operators,
 * which weigh more than the page; `toE164` of lib/phone.ts, on the server, decides.
 */
export function readE164(input: string): string | null {
  const text = input.trim();
  if (!WRITTEN.test(text)) return null;
  // The national prefix in brackets that some write into an international number: +44 (0)20 …
  const digits = text.replace("(0)", "").replace(/\D/g, "");
  const known = split(digits);
  return known && digits.length <= 15 && known.lengths.includes(known.national.length) ? `+${digits}` : null;
}

/** `+90 555 123 45 67`: grouped for reading. */
export function formatPhone(e164: string): string {
  const known = split(e164.replace(/^\+/, ""));
  if (!known) return e164;
  for (const [pattern, firstDigits, shown] of known.groupings) {
    const match = firstDigits.test(known.national) ? pattern.exec(known.national) : null;
    if (match) return `+${known.code} ${shown ? shown.replace(/\$(\d)/g, (_, n) => match[n] ?? "") : match.slice(1).join(" ")}`;
  }
  return `+${known.code} ${known.national}`;
}

type Known = { lengths: number[]; groupings: [pattern: RegExp, firstDigits: RegExp, shown: string | undefined][] };

const read = new Map<string, Known>();

function split(digits: string): (Known & { code: string; national: string }) | undefined {
  if (!/^\d+$/.test(digits)) return undefined;
  const code = [1, 2, 3].map((length) => digits.slice(0, length)).find((start) => start in TABLE);
  if (!code) return undefined;
  return { ...groupingsOf(code), code, national: digits.slice(code.length) };
}

function groupingsOf(code: string): Known {
  const known = read.get(code);
  if (known) return known;
  const [lengths = "", ...groupings] = TABLE[code] ?? [];
  const made: Known = {
    lengths: lengths.split(",").map(Number),
    groupings: groupings.map((grouping) => {
      const [groups = "", firstDigits = "", shown] = grouping.split(" ");
      const pattern = groups.split(";").map((size) => `(\\d{${size}})`);
      return [new RegExp(`^${pattern.join("")}$`), new RegExp(`^(?:${firstDigits})`), shown?.replaceAll("_", " ")];
    }),
  };
  read.set(code, made);
  return made;
}
