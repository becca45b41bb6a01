// npm run phone-table: writes lib/phone-table.json, what a browser needs of libphonenumber to recognize and to group a number.
import { readFileSync, writeFileSync } from "node:fs";

const FROM = "node_modules/libphonenumber-js/metadata.max.json";
const FILE = "lib/phone-table.json";

type Format = [
  pattern: string,
  format: string,
  leading?: string[] | 0,
  prefixRule?: unknown,
  optional?: unknown,
  international?: string,
];

/** Calling code to `[lengths, groups, …]`: how long a number may be, and how its digits are grouped, by its first digits. */
export function phoneTable(): Record<string, [string, ...string[]]> {
  const {
    countries,
    country_calling_codes: codes,
    nonGeographic = {},
  } = JSON.parse(readFileSync(FROM, "utf8")) as {
    countries: Record<string, unknown[]>;
    country_calling_codes: Record<string, string[]>;
    nonGeographic?: Record<string, unknown[]>;
  };
  const table: Record<string, [string, ...string[]]> = {};
  for (const [code, [main = "", ...others]] of Object.entries(codes)) {
    const lengths = [main, ...others].flatMap((country) => (countries[country]?.[3] as number[]) ?? []);
    table[code] = entry(lengths, countries[main]?.[4]);
  }
  for (const [code, country] of Object.entries(nonGeographic)) table[code] = entry(country[3] as number[], country[4]);
  return table;
}

function entry(lengths: number[], formats: unknown): [string, ...string[]] {
  const known = (Array.isArray(formats) ? (formats as Format[]) : []).filter((format) => format[5] !== "NA");
  return [[...new Set(lengths)].sort((a, b) => a - b).join(), ...known.map(groups)];
}

/** `3,3,4 [2-9]`: the pattern's groups, a space, the first digits; with ` $1 $3` at the end where not every group is shown in order. */
function groups([pattern, national, leading, , , international]: Format): string {
  const short = pattern
    .replace(/\(\\d\{(\d+(?:,\d+)?)\}\)/g, "$1;")
    .replace(/\(\\d\)/g, "1;")
    .replace(/;$/, "");
  const shown = (international ?? national).replace(/[^$\d]+/g, " ").trim();
  const count = pattern.match(/\((?!\?)/g)?.length ?? 0;
  const inOrder = Array.from({ length: count }, (_, index) => `$${index + 1}`).join(" ");
  return [short, leading ? (leading.at(-1) ?? "") : "", ...(shown === inOrder ? [] : [shown.replaceAll(" ", "_")])]
    .join(" ")
    .trimEnd();
}

if (process.argv.includes("--write")) writeFileSync(FILE, `${JSON.stringify(phoneTable())}\n`);
