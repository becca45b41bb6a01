/** One JSON object of a webhook. Whatever Meta sends, reading never throws: what is not of the expected kind is absent. */
export type Bag = Record<string, unknown>;

export function isBag(value: unknown): value is Bag {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function bagOf(bag: Bag | undefined, key: string): Bag | undefined {
  const value = own(bag, key);
  return isBag(value) ? value : undefined;
}

export function listOf(bag: Bag | undefined, key: string): unknown[] | undefined {
  const value = own(bag, key);
  return Array.isArray(value) ? value : undefined;
}

/** A non-empty text; a number counts as its digits, because Meta writes ids both ways. */
export function textOf(bag: Bag | undefined, key: string): string | undefined {
  const value = own(bag, key);
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(bag: Bag | undefined, key: string): number | undefined {
  const value = own(bag, key);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

export function flagOf(bag: Bag | undefined, key: string): boolean | undefined {
  const value = own(bag, key);
  if (value === "true" || value === "false") return value === "true";
  return typeof value === "boolean" ? value : undefined;
}

/** From this on a number of seconds would lie in the year 5138, so it is milliseconds. */
const FIRST_MILLISECONDS = 1e11;
const MAX_DATE_MS = 8.64e15;

/** Meta's timestamp, in seconds as text or number; milliseconds and ISO texts are understood too. */
export function momentOf(bag: Bag | undefined, key: string): Date | null {
  const value = own(bag, key);
  const number = numberOf(bag, key);
  if (number === undefined) {
    const parsed = typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(parsed) ? null : new Date(parsed);
  }
  const ms = number >= FIRST_MILLISECONDS ? number : number * 1000;
  return ms > 0 && ms <= MAX_DATE_MS ? new Date(ms) : null;
}

/** Leaves out what is absent. */
export function present<T extends Bag>(bag: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept: Bag = {};
  for (const key in bag) if (bag[key] !== undefined) kept[key] = bag[key];
  return kept as never;
}

function own(bag: Bag | undefined, key: string): unknown {
  return bag && Object.hasOwn(bag, key) ? bag[key] : undefined;
}
