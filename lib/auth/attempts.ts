import "server-only";
import { eq, lt, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { attempts } from "@/db/schema/organizations";
import { AppError } from "@/lib/errors";
import { blindIndex } from "@/lib/keyring";

export type Allowance = { limit: number; windowMs: number };

/** More attempts than allowed. `isFirst` tells the one with which the limit was passed from those that follow it. */
export class TooManyAttempts extends AppError {
  readonly isFirst: boolean;

  constructor(isFirst: boolean, retryAfterSeconds: number) {
    super("too_many_attempts", undefined, { retryAfterSeconds });
    this.isFirst = isFirst;
  }
}

/**
 * Counts one attempt on `subject` (an e-mail address, say), for all processes together. Throws `TooManyAttempts` when there
 * were more than `limit` in the window, which begins with the first.
 */
export async function countAttempt(db: Db, subject: string, { limit, windowMs }: Allowance, now: Date): Promise<void> {
  const isOver = sql`${attempts.windowEndsAt} <= ${now.toISOString()}::timestamptz`;
  const windowEndsAt = new Date(now.getTime() + windowMs);
  const [row] = await db
    .insert(attempts)
    .values({ key: keyOf(subject), count: 1, windowEndsAt })
    .onConflictDoUpdate({
      target: attempts.key,
      set: {
        count: sql`case when ${isOver} then 1 else ${attempts.count} + 1 end`,
        windowEndsAt: sql`case when ${isOver} then excluded.window_ends_at else ${attempts.windowEndsAt} end`,
      },
    })
    .returning();
  if (!row || row.count <= limit) return;
  throw new TooManyAttempts(row.count === limit + 1, (row.windowEndsAt.getTime() - now.getTime()) / 1000);
}

/** Takes one attempt back that turned out to be none. */
export async function uncountAttempt(db: Db, subject: string): Promise<void> {
  await db
    .update(attempts)
    .set({ count: sql`greatest(${attempts.count} - 1, 0)` })
    .where(eq(attempts.key, keyOf(subject)));
}

/** Starts the counts anew after a success, and sweeps out those whose window is over. */
export async function forgetAttempts(db: Db, subjects: readonly string[], now: Date): Promise<void> {
  for (const subject of subjects) await db.delete(attempts).where(eq(attempts.key, keyOf(subject)));
  await db.delete(attempts).where(lt(attempts.windowEndsAt, now));
}

/** Subjects are e-mail and network addresses, which need not be readable in the table. */
function keyOf(subject: string): string {
  return blindIndex("attempts.key", subject);
}
