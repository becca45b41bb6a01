import "server-only";
import { and, eq, gt, lt, notExists, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { deadLetters, webhookEvents } from "@/db/schema/webhooks";
import { firstIdAt } from "@/lib/ids";
import { DAY_MS } from "@/lib/time";

/** Meta sends a body again for up to seven days, so it must be known as long; people look at what came in for some weeks. */
const KEPT_MS = 30 * DAY_MS;
const AT_ONCE = 10_000;
/** Removing them may take so long at a time: a busy number brings hundreds a second. */
const FOR_MS = 5 * 60_000;

/** All of it was processed and understood. */
export function hasServed(db: Db) {
  return and(
    eq(webhookEvents.status, "processed"),
    notExists(db.select({ one: sql`1` }).from(deadLetters).where(eq(deadLetters.eventId, webhookEvents.id))),
  );
}

/** Bodies of webhooks after 30 days, unless something in them could not be understood. */
export async function forgetBodies(db: Db, now: Date): Promise<void> {
  const before = firstIdAt("whk", new Date(now.getTime() - KEPT_MS));
  const until = performance.now() + FOR_MS;
  // Ids begin with their time: the oldest are found without reading the rest, and what stays is read once.
  for (let after = ""; performance.now() < until; ) {
    const old = await db
      .select({ id: webhookEvents.id })
      .from(webhookEvents)
      .where(and(gt(webhookEvents.id, after), lt(webhookEvents.id, before), hasServed(db)))
      .orderBy(webhookEvents.id)
      .limit(AT_ONCE);
    const last = old.at(-1);
    if (!last) return;
    await db.delete(webhookEvents).where(
      anyOf(
        webhookEvents.id,
        old.map(({ id }) => id),
      ),
    );
    after = last.id;
  }
}
