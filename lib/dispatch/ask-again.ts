import "server-only";
import { and, asc, eq, gt, inArray, isNotNull, isNull, ne, type SQL } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { organizations } from "@/db/schema/organizations";
import { type Ctx, inTransaction, systemCtx } from "@/lib/ctx";
import { announceSoon } from "@/lib/live";
import { allowanceOf } from "@/lib/messages/allowance";
import { PRIORITY, type WaitsFor } from "@/lib/messages/schema";
import { CANCELLABLE } from "@/lib/messages/states";
import { transition } from "@/lib/messages/transitions";

const AT_ONCE = 1_000;
/** More than this is asked again by the next sweep, so that no one of them takes long. */
const MOST_IN_A_RUN = 20_000;

/**
 * Rechecks what was put off for a reason that may be gone: opening hours that were changed, an allowance that has places again
 * (a tier was raised, messages failed). It only makes them due: the gate and the limits are asked as for every message that leaves.
 * It looks at how things are and not at who changed them, so nothing that changes them need tell. `organizationId`: only its own.
 */
export async function askAgain(db: Db, now: Date, organizationId?: string): Promise<void> {
  const changed = await db
    .select({ id: organizations.id, updatedAt: organizations.updatedAt })
    .from(organizations)
    .where(
      and(
        organizationId === undefined ? undefined : eq(organizations.id, organizationId),
        ne(organizations.hoursAskedAt, organizations.updatedAt),
      ),
    );
  for (const { id, updatedAt } of changed) {
    const ctx = { ...systemCtx(db, id, "sweep"), now };
    if ((await makeDue(ctx, "business_hours", undefined, MOST_IN_A_RUN)) >= MOST_IN_A_RUN) continue;
    await db.update(organizations).set({ hoursAskedAt: updatedAt }).where(eq(organizations.id, id));
  }
  const crowded = await db
    .select({ integration: integrations })
    .from(lanes)
    .innerJoin(integrations, eq(integrations.id, lanes.integrationId))
    .where(
      and(
        isNotNull(lanes.overAllowanceSince),
        isNull(integrations.deletedAt),
        organizationId === undefined ? undefined : eq(lanes.organizationId, organizationId),
      ),
    );
  for (const { integration } of crowded) {
    const ctx = { ...systemCtx(db, integration.organizationId, "sweep"), now };
    const { left } = await allowanceOf(ctx, integration);
    if (left === 0) continue;
    const ofNumber = eq(messages.integrationId, integration.id);
    const most = Math.min(left ?? MOST_IN_A_RUN, MOST_IN_A_RUN);
    if ((await makeDue(ctx, "allowance", ofNumber, most)) >= most) continue;
    await db
      .update(lanes)
      .set({ overAllowanceSince: null })
      .where(and(eq(lanes.organizationId, integration.organizationId), eq(lanes.integrationId, integration.id)));
  }
}

/** The oldest first, in the order in which they would leave. Answers how many. */
async function makeDue(ctx: Ctx, waitsFor: WaitsFor, of: SQL | undefined, most: number): Promise<number> {
  let asked = 0;
  while (asked < most) {
    const moved = await inTransaction(ctx, async (tx) => {
      const rows = await tx.db
        .select({ id: messages.id })
        .from(messages)
        .where(
          and(
            eq(messages.organizationId, tx.organizationId),
            of,
            inArray(messages.status, [...CANCELLABLE]),
            inArray(messages.priority, Object.values(PRIORITY)),
            eq(messages.waitsFor, waitsFor),
            gt(messages.dueAt, tx.now),
          ),
        )
        .orderBy(asc(messages.priority), asc(messages.dueAt), asc(messages.id))
        .limit(Math.min(AT_ONCE, most - asked))
        .for("update", { skipLocked: true });
      const due = rows.map(({ id }) => ({ id, step: [], due_at: tx.now, waits_for: waitsFor }));
      return (await transition(tx, "askAgain", due)).length;
    });
    asked += moved;
    if (moved < AT_ONCE) break;
  }
  if (asked > 0) announceSoon(ctx.organizationId, ["messages"]);
  return asked;
}
