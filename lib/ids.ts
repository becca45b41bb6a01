import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const FURTHEST_AHEAD_MS = 60_000;

let lastMs = 0;
let lastRandom: Uint8Array = new Uint8Array(16);

/**
 * A new id such as `msg_01JD…`: the prefix, then 10 characters of time and 16 of chance (ULID).
 * Ids made without `atMs` sort in the order in which this process made them, also within a millisecond.
 */
export function newId(prefix: string, atMs?: number): string {
  const clockMs = Date.now();
  // A clock that was set back far is followed: ids must not run ahead of their rows' times.
  const nowMs = atMs ?? (lastMs > clockMs + FURTHEST_AHEAD_MS ? clockMs : Math.max(clockMs, lastMs));
  const random = atMs === undefined && nowMs === lastMs ? next(lastRandom) : fresh();
  if (atMs === undefined) {
    lastMs = nowMs;
    lastRandom = random;
  }
  return `${prefix}_${encodeTime(nowMs)}${Array.from(random, (digit) => ALPHABET[digit]).join("")}`;
}

/** No id of this moment or later is smaller: the bound by which rows of a time are found by their primary key. */
export function firstIdAt(prefix: string, at: Date): string {
  return `${prefix}_${encodeTime(Math.max(0, at.getTime()))}${ALPHABET[0]?.repeat(16)}`;
}

function encodeTime(ms: number): string {
  let time = "";
  for (let i = 0, rest = ms; i < 10; i++) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return time;
}

/** The highest digit stays below 16, so that counting on never overflows. */
function fresh(): Uint8Array {
  const random = Uint8Array.from(randomBytes(16), (byte) => byte & 31);
  random[0] = (random[0] ?? 0) & 15;
  return random;
}

function next(random: Uint8Array): Uint8Array {
  const counted = Uint8Array.from(random);
  for (let i = counted.length - 1; i >= 0; i--) {
    const digit = (counted[i] ?? 0) + 1;
    counted[i] = digit & 31;
    if (digit < 32) break;
  }
  return counted;
}
