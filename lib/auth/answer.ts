import "server-only";
import type { NextApiRequest, NextApiResponse } from "next";
import { publicUrl } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { requireText, STRANGERS_LIMIT_BYTES, withStrangersBody } from "@/lib/http/body";
import { requireNoOtherOrigin } from "@/lib/http/origin";
import { ownAddress } from "@/lib/http/own-address";
import { requestIdOf, respondError } from "@/lib/http/respond";
import { knownBrowserCookie } from "./known-browser";
import { NextAuth } from "./next-auth";
import { authOptions } from "./options";
import type { User } from "./sign-in";

/** What the console uses of next-auth; its own pages, its list of providers and its log are not served. */
const SERVED: Record<string, string> = {
  csrf: "GET",
  session: "GET",
  signout: "POST",
  "signin/oidc": "POST",
  "callback/credentials": "POST",
  "callback/oidc": "GET",
};
const CALLBACK_COOKIE = /^(__Secure-)?next-auth\.callback-url$/;
/** Pages of next-auth's that it sends people to when something is wrong. */
const ITS_PAGES = /^\/api\/auth\/(signin|signout|error|verify-request)$/;

/** Answers everything under `/api/auth`, with next-auth inside and limits, errors and headers as everywhere. */
export async function answerAuth(request: Request): Promise<Response> {
  try {
    const path = new URL(request.url).pathname.replace(/^\/api\/auth\//, "");
    const method = Object.hasOwn(SERVED, path) ? SERVED[path] : undefined;
    if (!method) throw new AppError("not_found");
    if (method !== request.method) throw new AppError("method_not_allowed", undefined, { allow: [method] });
    requireNoOtherOrigin(request);
    return await withStrangersBody(request, STRANGERS_LIMIT_BYTES, (bytes) =>
      askNextAuth(request, path, readFields(request, bytes)),
    );
  } catch (error) {
    return respondError(error, requestIdOf(request));
  }
}

type Fields = Record<string, string>;

/** Gives next-auth the request as Next's older door would, which needs nothing of Next around it. */
async function askNextAuth(request: Request, path: string, body: Fields): Promise<Response> {
  const origin = publicUrl();
  // next-auth reads its own address from this variable and nowhere else.
  // biome-ignore lint/style/noProcessEnv: it is written for next-auth, not read.
  process.env.NEXTAUTH_URL ??= origin;
  const query = withOwnCallback(textsOf(new URL(request.url).searchParams), origin);
  const asked = {
    method: request.method,
    query: { ...query, nextauth: path.split("/") },
    body: withOwnCallback(body, origin),
    cookies: cookiesOf(request, origin),
    headers: Object.fromEntries(request.headers),
  };
  const answer = new Answer();
  let signedIn: User | undefined;
  const options = await authOptions(request.headers, (user) => {
    signedIn = user;
  });
  // next-auth calls no other members of Next's request and answer than these.
  await NextAuth(asked as unknown as NextApiRequest, answer as unknown as NextApiResponse, options);
  const response = answer.toResponse(origin);
  if (signedIn) response.headers.append("set-cookie", knownBrowserCookie(signedIn, new Date()));
  return response;
}

/** A form or a flat JSON object. */
function readFields(request: Request, bytes: Uint8Array): Fields {
  if (bytes.byteLength === 0) return {};
  const type = request.headers.get("content-type") ?? "";
  const text = Buffer.from(bytes).toString("utf8");
  if (type.startsWith("application/x-www-form-urlencoded")) return textsOf(new URLSearchParams(text));
  if (!type.startsWith("application/json"))
    throw new AppError("unsupported_media_type", "Send the body as a form or as application/json");
  try {
    return textsOf(Object.entries(JSON.parse(text) as object).map(([key, value]) => [key, String(value)]));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("validation_failed", "The request body is not valid JSON");
  }
}

function textsOf(pairs: Iterable<readonly string[]>): Fields {
  const fields: Fields = {};
  for (const [key = "", value = ""] of pairs) Object.assign(fields, { [requireText(key, key)]: requireText(key, value) });
  return fields;
}

/** An address to return to that is not ours is as good as none. */
function withOwnCallback({ callbackUrl, ...fields }: Fields, origin: string): Fields {
  const own = ownAddress(callbackUrl, origin);
  return own ? { ...fields, callbackUrl: own } : fields;
}

function cookiesOf(request: Request, origin: string): Fields {
  const cookies: Fields = {};
  for (const pair of (request.headers.get("cookie") ?? "").split(/;\s*/)) {
    const at = pair.indexOf("=");
    if (at < 1) continue;
    const [name, given] = [pair.slice(0, at), decoded(pair.slice(at + 1))];
    const value = CALLBACK_COOKIE.test(name) ? ownAddress(given, origin) : given;
    if (value !== null) Object.assign(cookies, { [name]: value });
  }
  return cookies;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** What next-auth writes into. */
class Answer {
  #status = 200;
  #body: string | null = null;
  readonly #headers = new Map<string, string | string[]>();

  status(code: number): this {
    this.#status = code;
    return this;
  }
  getHeader(name: string): string | string[] | undefined {
    return this.#headers.get(name.toLowerCase());
  }
  setHeader(name: string, value: string | string[]): this {
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }
  json(body: unknown): void {
    this.setHeader("content-type", "application/json; charset=utf-8");
    this.#body = JSON.stringify(body, (key, value) => (key === "url" ? awayFromItsPages(value) : value));
  }
  send(body: unknown): void {
    if (typeof body === "string" || body === undefined) this.#body = body ?? null;
    else this.json(body);
  }
  end(): void {}

  toResponse(origin: string): Response {
    const headers = new Headers({ "cache-control": "no-store" });
    for (const [name, value] of this.#headers) {
      if (Array.isArray(value)) for (const one of value) headers.append(name, one);
      else headers.set(name, name === "location" ? String(awayFromItsPages(new URL(value, origin).href)) : value);
    }
    return new Response(this.#body, { status: this.#status, headers });
  }
}

/** Our sign-in page stands for all of next-auth's own. */
function awayFromItsPages(address: unknown): unknown {
  if (typeof address !== "string" || !URL.canParse(address)) return address;
  const { origin, pathname, searchParams } = new URL(address);
  if (!ITS_PAGES.test(pathname)) return address;
  const error = searchParams.get("error") ?? (searchParams.has("csrf") ? "csrf" : "");
  return `${origin}/login${/^\w{1,50}$/.test(error) ? `?error=${error}` : ""}`;
}
