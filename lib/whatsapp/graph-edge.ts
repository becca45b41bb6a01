import "server-only";
import { createHmac } from "node:crypto";

// What Graph answers is cleaned here, once, before anybody reads it: it may hold what PostgreSQL cannot store, what runs over a
// stack, and what nobody may see.

/** Texts that Meta writes are far shorter; its longest is a template of a few thousand characters. */
const TEXT_CHARACTERS = 20_000;
/** One of the two halves of an emoji. */
const HALF_CHARACTER = /\p{Surrogate}/gu;
/** Meta nests ten levels at most (a carousel's buttons). */
const DEPTH = 40;
/** The last moment that has a year of four digits, which is what PostgreSQL, JSON and people read alike. */
const LAST_MS = Date.UTC(9999, 11, 31);

/** A parsed answer without NUL, half characters, secrets, over-long texts and over-deep parts (null stands in their place). */
export function cleanJson(value: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof value === "string") return cleanText(value, secrets);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= DEPTH) return null;
  if (Array.isArray(value)) return value.map((part: unknown) => cleanJson(part, secrets, depth + 1));
  const clean: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    if (key !== "__proto__") clean[cleanText(key, secrets)] = cleanJson(part, secrets, depth + 1);
  }
  return clean;
}

export function cleanText(text: string, secrets: readonly string[]): string {
  const storable = secrets
    .reduce((clean, secret) => clean.replaceAll(secret, "[token]"), text)
    .replaceAll("\0", "")
    .replace(HALF_CHARACTER, "\ufffd");
  return storable.length > TEXT_CHARACTERS ? storable.slice(0, TEXT_CHARACTERS).replace(HALF_CHARACTER, "") : storable;
}

const SHORTEST_SECRET = 4;

/** All writings in which an answer may quote these secrets: as they are, in an address, in hex, and inside any base64. */
export function writingsOf(secrets: readonly string[]): string[] {
  const writings = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    const escaped = encodeURIComponent(secret);
    for (const writing of [secret, escaped, escaped.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())])
      writings.add(writing);
    const bytes = Buffer.from(secret);
    const hex = bytes.toString("hex");
    writings.add(hex).add(hex.toUpperCase());
    // A text inside base64 is written in one of three ways, by how many bytes stand before it.
    for (const before of [0, 1, 2]) {
      const padded = Buffer.concat([Buffer.alloc(before), bytes]);
      const core = padded.toString("base64").slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6));
      if (core.length < SHORTEST_SECRET) continue;
      writings.add(core).add(core.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  // Longer ones first: a shorter one may be a part of them.
  return [...writings].sort((a, b) => b.length - a.length);
}

/** With which a call proves that it is the app's own. Source: Meta, "Secure Graph API calls", `appsecret_proof`. */
export function appSecretProof(accessToken: string, appSecret: string): string {
  return createHmac("sha256", appSecret).update(accessToken).digest("hex");
}

/** Meta writes 0 for "never". Absent: Meta did not say, or said a moment that no calendar has. */
export function expiryOf(seconds: number | undefined): Date | null | undefined {
  if (seconds === 0) return null;
  return (seconds !== undefined && momentOf(seconds)) || undefined;
}

/** A moment in seconds or as a text; null when it is none, or outside the years 1970 to 9999. */
export function momentOf(value: string | number | undefined): Date | null {
  if (value === undefined) return null;
  const isSeconds = typeof value === "number" || /^\d+$/.test(value);
  const ms = isSeconds ? Number(value) * 1000 : new Date(value).getTime();
  return ms >= 0 && ms < LAST_MS ? new Date(ms) : null;
}
