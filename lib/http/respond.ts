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

/** zod's issues as `details`: where, and what to do about it. */
export function issuesOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: [...issue.path, key].join("."), message: "This field is not known" }))
      : [{ path: issue.path.join("."), message: issue.message }],
  );
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
    const wait = error.retryAfterSeconds;
    return json(body, error.status, requestId, wait === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(wait))) });
  }
  log.error({ err: error, requestId }, "A request failed unexpectedly");
  const [status, message] = ERRORS.internal_error;
  return json({ error: "internal_error", message, requestId }, status, requestId);
}
