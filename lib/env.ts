import "server-only";
import { z } from "zod";
import { parseQuotas, QUOTA_DEFAULTS } from "@/lib/quota-defaults";

const flag = z.enum(["0", "1", "true", "false"]).transform((v) => v === "1" || v === "true");
const url = z.url().transform((v) => v.replace(/\/+$/, ""));

const quotas = z.string().transform((text, context) => {
  try {
    return parseQuotas(text);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});

/** Every variable the program reads. `.env.example` lists the same names with a sentence each; a test compares the two. */
export const EnvSchema = z.object({
  PORT: z.coerce.number().int().min(1).max(65535).default(3000),
  DATA_DIR: z.string().min(1).default(".data"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must start with postgres:// or postgresql://")
    .optional(),
  DATABASE_URL_DIRECT: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must start with postgres:// or postgresql://")
    .optional(),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).optional(),
  ENCRYPTION_KEYS: z.string().min(1).optional(),
  PUBLIC_URL: url.optional(),
  GRAPH_ALLOWED_HOSTS: z.string().default("graph.facebook.com"),
  INNGEST_BASE_URL: url.optional(),
  INNGEST_EVENT_KEY: z.string().min(1).optional(),
  INNGEST_SIGNING_KEY: z.string().min(1).optional(),
  INNGEST_SIGNING_KEY_FALLBACK: z.string().min(1).optional(),
  INNGEST_SERVE_ORIGIN: url.optional(),
  INNGEST_FALLBACK: flag.default(true),
  INNGEST_DEV: z.string().optional(),
  MEDIA_SCAN_COMMAND: z.string().min(1).optional(),
  QUOTAS: quotas.default({ ...QUOTA_DEFAULTS }),
  METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default("message-console"),
  OIDC_ISSUER: url.optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_NAME: z.string().default("Single sign-on"),
  ORGANIZATION_FOUNDERS: z.enum(["owners", "everybody"]).default("owners"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  SANDBOX_SPEED: z.coerce.number().min(0).max(1000).default(1),
  TRUST_PROXY: flag.default(false),
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  VERCEL: z.string().optional(),
});
export type Env = z.infer<typeof EnvSchema>;

let parsed: Env | undefined;

/** The environment, checked once. Throws one sentence that names the variable. An empty variable counts as unset. */
export function env(): Env {
  if (!parsed) {
    const given = Object.fromEntries(Object.entries(process.env).filter(([, v]) => v !== ""));
    const result = EnvSchema.safeParse(given);
    if (!result.success) {
      const issue = result.error.issues[0];
      throw new Error(`The environment variable ${issue?.path.join(".")} is wrong: ${issue?.message}.`);
    }
    parsed = result.data;
  }
  return parsed;
}

/** The address under which people and Meta reach this installation, without a trailing slash. */
export function publicUrl(): string {
  return env().PUBLIC_URL ?? `http://localhost:${env().PORT}`;
}

/** True when an Inngest server wakes the engine; otherwise the local engine does. */
export function usesInngest(): boolean {
  const e = env();
  return Boolean(e.INNGEST_BASE_URL || e.INNGEST_EVENT_KEY || e.INNGEST_SIGNING_KEY || e.INNGEST_DEV || e.VERCEL);
}

/** Forgets what was read, so that a test can change the environment. */
export function resetEnv(): void {
  parsed = undefined;
}
