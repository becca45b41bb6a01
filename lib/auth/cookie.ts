import "server-only";
import { decode, encode } from "next-auth/jwt";
import { publicUrl } from "@/lib/env";
import { derivedSecret } from "@/lib/keyring";

export const SESSION_DAYS = 30;

/** Cookies are sent over https only when the installation is reached over https. */
export function isCookieSecure(): boolean {
  return publicUrl().startsWith("https://");
}

/** The name that next-auth gives its cookie. */
export function sessionCookieName(): string {
  return `${isCookieSecure() ? "__Secure-" : ""}next-auth.session-token`;
}

/** The key of next-auth's cookies. Needs an open keyring. */
export function cookieSecret(): string {
  return derivedSecret("next-auth");
}

/** The cookie's value for a session, as next-auth itself would write it. */
export function encodeSessionCookie(session: { id: string; userId: string }): Promise<string> {
  return encode({ token: { sub: session.userId, sessionId: session.id }, secret: cookieSecret(), maxAge: SESSION_DAYS * 86_400 });
}

/** The session id in a cookie's value; undefined when it is not ours, altered or too old. */
export async function decodeSessionCookie(value: string): Promise<string | undefined> {
  const claims = await decode({ token: value, secret: cookieSecret() }).catch(() => null);
  return typeof claims?.sessionId === "string" ? claims.sessionId : undefined;
}

/** The value of a cookie in a request's header; a session's has no characters that would need decoding. */
export function readCookie(header: string | null, name: string): string | undefined {
  const pair = header?.split(/;\s*/).find((part) => part.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
