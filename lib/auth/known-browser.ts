import "server-only";
import { randomBytes } from "node:crypto";
import { hmacSha256, sameText, sha256 } from "@/lib/crypto";
import { cookieSecret, isCookieSecure, readCookie } from "./cookie";

const KNOWN_FOR_DAYS = 180;

type Account = { id: string; passwordHash: string | null };

/**
 * The id of a browser in which this account was signed in to before, by its signed cookie; null for others. It proves nothing but
 * that: such a browser is counted apart from strangers. A new password makes all cookies of the account worthless.
 */
export function knownBrowserOf(cookies: string | null, account: Account, now: Date): string | null {
  const [id, madeAt, sign] = readCookie(cookies, cookieName(account))?.split(".") ?? [];
  if (!id || !madeAt || !sign || !sameText(sign, signOf(account, id, madeAt))) return null;
  return now.getTime() - Number(madeAt) < KNOWN_FOR_DAYS * 86_400_000 ? id : null;
}

/** The `set-cookie` header that makes a browser known to an account from now on. */
export function knownBrowserCookie(account: Account, now: Date): string {
  const [id, madeAt] = [randomBytes(12).toString("base64url"), String(now.getTime())];
  const value = [id, madeAt, signOf(account, id, madeAt)].join(".");
  const attributes = [`Max-Age=${KNOWN_FOR_DAYS * 86_400}`, "Path=/api", "HttpOnly", "SameSite=Lax"];
  return [`${cookieName(account)}=${value}`, ...attributes, ...(isCookieSecure() ? ["Secure"] : [])].join("; ");
}

/** One for each account, so that people who share a browser do not make each other strangers. */
function cookieName({ id }: Account): string {
  return `known-browser-${sha256(id).slice(0, 12)}`;
}

function signOf({ id, passwordHash }: Account, browser: string, madeAt: string): string {
  return hmacSha256(cookieSecret(), `known browser ${browser} ${madeAt} of ${id} ${passwordHash}`);
}
