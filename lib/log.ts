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

/** Longer texts come from outside, and nobody reads them to the end. */
const MOST_CHARACTERS = 2_000;
const MOST_STACK_CHARACTERS = 8_000;

function shorten(fields: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const isLong = typeof value === "string" && value.length > MOST_CHARACTERS;
    shown[name] = isLong ? `${value.slice(0, MOST_CHARACTERS)}… (${value.length} characters)` : value;
  }
  return shown;
}

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
    ...(error.stack ? { stack: (quotes ? place : error.stack)?.slice(0, MOST_STACK_CHARACTERS) } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** Structured logs. Fields that hold secrets, phone numbers or message texts are removed wherever they are nested two deep. */
export function makeLog(to: pino.DestinationStream, level: string): pino.Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: shorten },
      serializers: { err: describeError },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: "[removed]" },
    },
    to,
  );
}

export const log = makeLog(pino.destination(1), env().LOG_LEVEL);
