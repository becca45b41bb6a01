import { ownAddress } from "@/lib/http/own-address";

export type SignInOutcome = "signed_in" | "wrong" | "code" | "wrongCode" | "throttled" | "failed";

/** Signs in with a password, and a code once it was asked for; the session's cookie is set by the answer. */
export async function signInWithPassword(email: string, password: string, code?: string): Promise<SignInOutcome> {
  const answer = await postAuth("callback/credentials", { email, password, ...(code ? { code } : {}) });
  if (answer === null) return "failed";
  const error = new URL(answer, window.location.origin).searchParams.get("error");
  if (error === null) return "signed_in";
  if (error === "CredentialsSignin") return "wrong";
  if (error === "second_factor_required") return "code";
  if (error === "wrong_code") return "wrongCode";
  return error === "too_many_attempts" ? "throttled" : "failed";
}

/** Leaves for the identity provider; false when it cannot be reached. */
export async function signInWithOidc(next: string): Promise<boolean> {
  const address = await postAuth("signin/oidc", { callbackUrl: next });
  if (address === null) return false;
  window.location.assign(address);
  return true;
}

/** Answers with the address that next-auth sends the browser to; null when there was no proper answer. */
async function postAuth(path: string, fields: Record<string, string>): Promise<string | null> {
  try {
    const { csrfToken } = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
    const response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ ...fields, csrfToken, json: "true" }),
    });
    const { url } = (await response.json()) as { url?: string };
    return url ?? null;
  } catch {
    return null;
  }
}

/** Where to go after signing in: an address from a link must not lead elsewhere, nor back here. */
export function afterSignIn(next: string | undefined): string {
  const address = ownAddress(next, window.location.origin);
  return address && new URL(address).pathname !== "/login" ? address : "/";
}
