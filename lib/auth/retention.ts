import "server-only";
import { lt, or } from "drizzle-orm";
import type { Db } from "@/db/client";
import { attempts, sessions } from "@/db/schema/organizations";

const ENDED_FOR_MS = 90 * 86_400_000;

/** Sessions that ended 90 days ago: the audit trail names them, nobody else does. */
export async function forgetSessions(db: Db, now: Date): Promise<void> {
  const before = new Date(now.getTime() - ENDED_FOR_MS);
  await db.delete(sessions).where(or(lt(sessions.expiresAt, before), lt(sessions.revokedAt, before)));
}

/** Counted tries whose window is over. */
export async function forgetTries(db: Db, now: Date): Promise<void> {
  await db.delete(attempts).where(lt(attempts.windowEndsAt, now));
}
