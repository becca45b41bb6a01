import "server-only";
import { publicUrl } from "@/lib/env";
import { AppError } from "@/lib/errors";

/**
 * A cookie travels with requests that other sites cause; only our own pages may change something with it. Throws `forbidden`.
 * Browsers say where a request comes from; one that says nothing is refused too.
 */
export function requireSameOrigin(request: Request): void {
  if (!changesNothing(request) && !isSameOrigin(request)) throw elsewhere();
}

/** The same where a cookie may be used or not: without one, programs, which say nothing of an origin, may call too. */
export function requireSameOriginOfCookies(request: Request): void {
  if (request.headers.has("cookie")) requireSameOrigin(request);
  else requireNoOtherOrigin(request);
}

/** Pages of other sites may not; who says nothing of an origin may, and proves itself otherwise. */
export function requireNoOtherOrigin(request: Request): void {
  const saysWhere = request.headers.has("sec-fetch-site") || request.headers.has("origin");
  if (!changesNothing(request) && saysWhere && !isSameOrigin(request)) throw elsewhere();
}

function changesNothing({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

function isSameOrigin({ headers }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site) return site === "same-origin";
  const origin = headers.get("origin");
  if (!origin || !URL.canParse(origin)) return false;
  return [headers.get("x-forwarded-host"), headers.get("host"), new URL(publicUrl()).host].includes(new URL(origin).host);
}

function elsewhere(): AppError {
  return new AppError("forbidden", "This request did not come from the console's own pages");
}
