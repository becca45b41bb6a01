import "server-only";
import { and, lt, lte, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { earlyStatuses, outreach, pairs } from "@/db/schema/messages";
import { idempotencyKeys } from "@/db/schema/organizations";
import { DAY_MS } from "@/lib/time";

const HOUR_MS = 3_600_000;

/** Answered idempotency keys after a day, statuses that nobody claimed after eight, and budgets that are whole again. */
export async function forgetSending(db: Db, now: Date): Promise<void> {
  const ago = (ms: number) => new Date(now.getTime() - ms);
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, ago(DAY_MS)));
  await db.delete(earlyStatuses).where(lte(earlyStatuses.receivedAt, ago(8 * DAY_MS)));
  await db
    .delete(pairs)
    .where(
      and(
        lt(pairs.paidUntil, ago(HOUR_MS)),
        sql`coalesce(${pairs.heldUntil}, ${pairs.paidUntil}) < ${now.toISOString()}::timestamptz`,
      ),
    );
  await db
    .delete(outreach)
    .where(
      sql`coalesce(greatest(${outreach.reservedAt}, ${outreach.deliveredAt}), '-infinity') < ${ago(2 * DAY_MS).toISOString()}::timestamptz`,
    );
}
