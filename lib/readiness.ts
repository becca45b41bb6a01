import "server-only";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import journal from "@/db/migrations/meta/_journal.json";
import { parseKeys } from "@/lib/crypto";
import { env, usesInngest } from "@/lib/env";
import { AppError } from "@/lib/errors";

const NEWEST_MIGRATION = Math.max(...journal.entries.map((entry) => entry.when));

/** What is wrong with the settings, in one sentence that says what to do; null when nothing is. Asks nobody. */
export function settingsProblem(): string | null {
  try {
    const { DATABASE_URL, ENCRYPTION_KEYS } = env();
    if (!DATABASE_URL) return "DATABASE_URL is not set. `npm start` sets it for the embedded database.";
    if (!ENCRYPTION_KEYS)
      return "ENCRYPTION_KEYS is not set. `npm start` generates one; on a server of your own set id:base64-of-32-bytes.";
    parseKeys(ENCRYPTION_KEYS);
    return inngestProblem();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Unsigned calls are only for Inngest's development server. */
export function inngestProblem(): string | null {
  const { INNGEST_DEV, INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY, VERCEL } = env();
  if (!usesInngest() || (INNGEST_DEV && INNGEST_DEV !== "0")) return null;
  const missing = [!INNGEST_EVENT_KEY && "INNGEST_EVENT_KEY", !INNGEST_SIGNING_KEY && "INNGEST_SIGNING_KEY"].filter(Boolean);
  if (missing.length === 0) return null;
  const otherwise = VERCEL
    ? "On Vercel no process lives on between requests to do it"
    : "Or unset every INNGEST_* to use the built-in engine";
  return `Inngest needs ${missing.join(" and ")}. Set both keys. ${otherwise}.`;
}

/** Refuses with `not_ready` while the settings are wrong: what was accepted then could not be read, or would not leave. */
export function requireSettings(): void {
  const problem = settingsProblem();
  if (problem) throw new AppError("not_ready", problem);
}

/** True when the database has at least the shape that this build expects; a newer one is fine. */
export async function isMigrated(db: Db): Promise<boolean> {
  const [row] = await db.execute<{ exists: boolean }>(
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`,
  );
  if (!row?.exists) return false;
  const [newest] = await db.execute<{ at: string | null }>(sql`select max(created_at) as at from drizzle.__drizzle_migrations`);
  return Number(newest?.at ?? 0) >= NEWEST_MIGRATION;
}

export const NOT_MIGRATED = "The database has not been brought up to date. Run `npm run db:migrate`.";
