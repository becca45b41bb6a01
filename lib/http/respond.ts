import "server-only";
import { z } from "zod";
import { AppError, ERRORS } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";

/** The caller's request id when it looks like one, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id");
  return given && /^[\w-]{8,64}$/.test(given) ? given : newId("req");
}

export function json(body: unknown, status: number, requestId: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-request-id": requestId,
      ...headers,
    },
  });
}

/** Nobody reads more than this many, and a request of one megabyte can have a hundred thousand things wrong with it. */
const MOST_ISSUES = 20;
const MOST_PATH_CHARACTERS = 200;

/** zod's issues as `details`: where, and what to do about it. The first 20 of them. */
export function issuesOf(error: z.ZodError): { path: string; message: string }[] {
  const found: { path: string; message: string }[] = [];
  const add = (path: PropertyKey[], message: string) =>
    found.push({ path: path.join(".").slice(0, MOST_PATH_CHARACTERS), message });
  for (const issue of error.issues.slice(0, MOST_ISSUES)) {
    if (issue.code !== "unrecognized_keys") add(issue.path, issue.message);
    else for (const key of issue.keys.slice(0, MOST_ISSUES)) add([...issue.path, key], "This field is not known");
  }
  return found.slice(0, MOST_ISSUES);
}

/** The one place that turns a thrown thing into an answer. What we did not throw ourselves never shows its text. */
export function respondError(thrown: unknown, requestId: string): Response {
  const error =
    thrown instanceof z.ZodError ? new AppError("validation_failed", undefined, { details: issuesOf(thrown) }) : thrown;
  if (error instanceof AppError) {
    const body = {
      error: error.code,
      message: error.message,
      requestId,
      ...(error.details === undefined ? {} : { details: error.details }),
    };
    const { retryAfterSeconds: wait, allow } = error;
    return json(body, error.status, requestId, {
      ...(wait === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(wait))) }),
      ...(allow ? { allow: allow.join(", ") } : {}),
    });
  }
  if (hasLeft(thrown)) {
    log.debug({ requestId }, "The client left before its request was complete");
    return respondError(new AppError("validation_failed", "The connection ended before the request was complete"), requestId);
  }
  log.error({ err: error, requestId }, "A request failed unexpectedly");
  const [status, message] = ERRORS.internal_error;
  return json({ error: "internal_error", message, requestId }, status, requestId);
}

/** The client, or the network before it, closed the connection while we read. */
function hasLeft(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const code = "code" in thrown ? thrown.code : undefined;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || hasLeft(thrown.cause);
}
