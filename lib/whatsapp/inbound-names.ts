import "server-only";
import type { NamedAccounts } from "@/lib/whatsapp/inbound";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const LONGEST_NAME = 100;

/** Where Meta's envelope has the names: `entry[].id`, and `phone_number_id` and `waba_id` in the objects of `changes[].value`. */
const PLACES: { depth: number; key: string; list: keyof NamedAccounts }[] = [
  { depth: 3, key: "id", list: "businessAccountIds" },
  { depth: 7, key: "phone_number_id", list: "phoneNumberIds" },
  { depth: 7, key: "waba_id", list: "businessAccountIds" },
];
const PLACES_BY_DEPTH = new Map([...new Set(PLACES.map(({ depth }) => depth))].map((d) => [d, placesAt(d)]));

/**
 * The accounts that a body may speak of, read in one pass over its bytes without building anything, so that a stranger's 3 MB cost
 * milliseconds. It finds every name that `namedAccounts` finds in a body as Meta writes it, and perhaps more. Null when there are more
 * than `most` of them.
 */
export function scanAccounts(bytes: Uint8Array, most: number): NamedAccounts | null {
  const found = { phoneNumberIds: new Set<string>(), businessAccountIds: new Set<string>() };
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      const start = at + 1;
      at = endOfText(bytes, start);
      const place = PLACES_BY_DEPTH.get(depth)?.find(({ key }) => isText(bytes, start, at, key));
      const name = place && nameAfter(bytes, at + 1);
      if (!name) continue;
      found[place.list].add(name);
      if (found.phoneNumberIds.size + found.businessAccountIds.size > most) return null;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth++;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return { phoneNumberIds: [...found.phoneNumberIds], businessAccountIds: [...found.businessAccountIds] };
}

/** Where the quote is that ends the text begun at `start`. */
function endOfText(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

function isText(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The text or the digits after a key's colon; undefined for anything else. */
function nameAfter(bytes: Uint8Array, afterKey: number): string | undefined {
  const colon = skipSpace(bytes, afterKey);
  if (bytes[colon] !== COLON) return undefined;
  const start = skipSpace(bytes, colon + 1);
  if (bytes[start] !== QUOTE) return digitsAt(bytes, start);
  const end = endOfText(bytes, start + 1);
  if (end - start > LONGEST_NAME) return undefined;
  try {
    const name: unknown = JSON.parse(Buffer.from(bytes.subarray(start, end + 1)).toString("utf8"));
    return typeof name === "string" && isName(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function digitsAt(bytes: Uint8Array, start: number): string | undefined {
  let end = bytes[start] === MINUS ? start + 1 : start;
  while (end < bytes.length && end - start <= LONGEST_NAME && isDigit(bytes[end])) end++;
  const digits = Buffer.from(bytes.subarray(start, end)).toString("latin1");
  return isName(digits) ? digits : undefined;
}

/** Whether an account of ours could have this name: printable, and not without end. */
export function isName(text: string): boolean {
  return text.length <= LONGEST_NAME && /^[\x21-\x7e]+$/.test(text);
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function placesAt(depth: number): { key: string; list: keyof NamedAccounts }[] {
  return PLACES.filter((place) => place.depth === depth);
}
