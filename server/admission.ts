import type { IncomingMessage } from "node:http";
import { parseAndValidateFlightRouterState } from "next/dist/server/app-render/parse-and-validate-flight-router-state.js";
import { AppError } from "@/lib/errors";

const PAGE_METHODS = ["GET", "HEAD"];
const DETOUR = /\/(?:\/|(?:\.|%2e){1,2}(?:\/|$))|\\|%5c/i;

/** A request that can be worked on: where it came to, and what it asks for. */
export type Admitted = { origin: string; pathname: string; isApi: boolean };
export type Refused = { error: AppError; isApi: boolean };

/**
 * Judges a request by its first lines, before anybody works on it: what no address of ours can answer ends here, with an error of
 * the client's. `strict` also refuses what only the development server's pages take.
 */
export function admit(
  req: IncomingMessage,
  { trustProxy, strict }: { trustProxy: boolean; strict: boolean },
): Admitted | Refused {
  const url = req.url ?? "";
  const end = url.indexOf("?");
  const pathname = end < 0 ? url : url.slice(0, end);
  const isApi = pathname.startsWith("/api/");
  const refuse = (error: AppError) => ({ error, isApi });
  const invalid = (message: string) => refuse(new AppError("validation_failed", message));
  const notAllowed = () => refuse(new AppError("method_not_allowed", undefined, { allow: PAGE_METHODS }));

  if (req.method === "TRACE" || req.method === "CONNECT") return notAllowed();
  if (!url.startsWith("/")) return invalid("The address is not a path of this server");
  // Next reads these otherwise than the router, which must be the only judge of who answers.
  if (DETOUR.test(pathname)) return invalid("The path must not contain empty segments, dots or backslashes");
  if ((req.headersDistinct.host?.length ?? 0) > 1) return invalid("There must be one host");
  const origin = originOf(req, trustProxy);
  if (!origin) return invalid("The host is not valid");
  if (!URL.canParse(origin + url) || !isText(pathname)) return invalid("The path is not valid");
  if (isApi || !strict) return { origin, pathname, isApi };

  if (req.method !== "GET" && req.method !== "HEAD") return notAllowed();
  if (hasBody(req)) return refuse(new AppError("payload_too_large", "A page takes no body"));
  if (url.includes("%00")) return invalid("The address must not contain a NUL character");
  if (!hasSoundRouterState(req)) return invalid("The router state is not valid");
  return { origin, pathname, isApi };
}

function originOf(req: IncomingMessage, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy ? req.headers["x-forwarded-host"]?.toString() : undefined;
  const host = forwarded ?? req.headers.host ?? "localhost";
  if (!/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host)) return undefined;
  const secure = trustProxy && req.headers["x-forwarded-proto"] === "https";
  const origin = `${secure ? "https" : "http"}://${host}`;
  return URL.canParse(origin) ? origin : undefined;
}

/** Decodes to characters that belong into an address. */
function isText(pathname: string): boolean {
  try {
    return !/[\p{Cc}]/u.test(decodeURIComponent(pathname));
  } catch {
    return false;
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Next answers 500 to a state that it cannot read; its own judgement is asked beforehand. */
function hasSoundRouterState({ headers }: IncomingMessage): boolean {
  try {
    parseAndValidateFlightRouterState(headers["next-router-state-tree"]);
    return true;
  } catch {
    return false;
  }
}
