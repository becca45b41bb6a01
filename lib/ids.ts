import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

let lastMs = 0;
let lastRandom = new Uint8Array(16);

/**
 * A new id such as `msg_01JD…`: the prefix, then 10 characters of time and 16 of chance (ULID).
 * Ids of one process sort in the order they were made, also within a millisecond.
 */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    lastRandom = Uint8Array.from(randomBytes(16), (b) => b & 31);
    lastRandom[0] = (lastRandom[0] ?? 0) & 15;
  } else {
    for (let i = 15; i >= 0; i--) {
      const digit = (lastRandom[i] ?? 0) + 1;
      lastRandom[i] = digit & 31;
      if (digit < 32) break;
    }
  }
  let time = "";
  for (let i = 9, rest = lastMs; i >= 0; i--) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let random = "";
  for (const digit of lastRandom) random += ALPHABET[digit];
  return `${prefix}_${time}${random}`;
}
