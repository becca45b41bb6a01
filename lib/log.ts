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

/** Structured logs. Fields that hold secrets, phone numbers or message texts are removed wherever they are nested two deep. */
export const log = pino({
  level: env().LOG_LEVEL,
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: "[removed]" },
});
