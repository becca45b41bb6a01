import "server-only";
import pino from "pino";
import { env } from "@/lib/env";

const SECRET_FIELDS = [
  "accessToken",
  "apiKey",
  "appSecret",
  "authorization",
  "cookie",
  "evidence",
  "message",
  "newPassword",
  "currentPassword",
  "password",
  "phone",
  "phoneNumber",
  "recipient",
  "secret",
  "templateParams",
  "text",
  "token",
  "wamid",
  "webhookVerifyToken",
  "verifyToken",
];

type Described = { type: string; code?: unknown; stack?: string; cause?: Described };

/**
 * An error as the log shows it. What the database says quotes the statement's values and rows, people's among them: of its errors
 * only the kind and the place are kept.
 */
export function describeError(error: unknown): Described {
  if (!(error instanceof Error)) return { type: typeof error };
  const quotes = error.name === "PostgresError" || "params" in error;
  const place = error.stack?.slice(error.stack.search(/^\s+at /m));
  return {
    type: error.constructor.name,
    ...("code" in error ? { code: error.code } : {}),
    ...(error.stack ? { stack: quotes ? place : error.stack } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** Structured logs. Fields that hold secrets, phone numbers or message texts are removed wherever they are nested two deep. */
export const log = pino({
  level: env().LOG_LEVEL,
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  serializers: { err: describeError },
  redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: "[removed]" },
});
