import "server-only";
import { and, eq, gt, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { type Ctx, inTransaction, systemCtx } from "@/lib/ctx";
import { announceSoon } from "@/lib/live";
import { log } from "@/lib/log";
import { applyEarlyStatuses, findSettledEarly } from "@/lib/messages/delivery-reports";
import { type MessageFailure, PRIORITY, type TimelineStep } from "@/lib/messages/schema";
import { OUTCOME_UNKNOWN } from "@/lib/messages/states";
import { transition } from "@/lib/messages/transitions";
import { countOutcome } from "@/lib/metrics";
import { isTransient } from "@/lib/transient";
import { holds } from "./lease";

const BATCH = 1_000;
const LONGEST_LEASE_MS = 5 * 60_000;

/** Numbers that may send, have something due and no dispatcher. This is what makes a lost wake-up a delay and nothing more. */
export async function findDueIntegrations(db: Db, now: Date): Promise<{ id: string; organizationId: string }[]> {
  return db
    .select({ id: integrations.id, organizationId: integrations.organizationId })
    .from(integrations)
    .where(
      and(
        eq(integrations.status, "verified"),
        sql`${integrations.deletedAt} is null`,
        sql`not exists (select 1 from ${lanes} where ${lanes.integrationId} = ${integrations.id} and ${holds(lanes.leaseUntil)})`,
        // With the priorities named, the index leads to what is due past everything that is scheduled.
        sql`exists (select 1 from ${messages} where ${messages.integrationId} = ${integrations.id}
          and ${inArray(messages.priority, Object.values(PRIORITY))} and ${messages.status} in ('queued', 'scheduled')
          and ${messages.dueAt} <= ${now.toISOString()}::timestamptz)`,
      ),
    );
}

/**
 * Messages whose sender died between "about to call" and "answer written": nobody can say whether Meta has them, so they
 * become unknown. They are never sent again by themselves.
 */
export async function rescueStuck(db: Db, now: Date): Promise<number> {
  // A lease that ends later than any can was given before the clock was set back.
  const isOver = or(lt(messages.leaseUntil, now), gt(messages.leaseUntil, new Date(now.getTime() + LONGEST_LEASE_MS)));
  const step: TimelineStep[] = [
    {
      step: "unknown",
      at: now.toISOString(),
      source: "sweep",
      detail: "The sender stopped before Meta's answer was written down",
    },
  ];
  return settle(
    db,
    now,
    and(eq(messages.status, "sending"), isOver),
    async (tx, ids) => {
      const rows = ids.map((id) => ({ id, step, unknown_since: now }));
      return transition(tx, "doubt", rows);
    },
    { kind: "unknown" },
  );
}

/** Unknown messages that no webhook has settled within the organization's time end as failed, and are offered for resending. */
export async function failUnsettled(db: Db, now: Date): Promise<number> {
  const failure: MessageFailure = { reason: OUTCOME_UNKNOWN };
  const step: TimelineStep[] = [
    { step: "failed", at: now.toISOString(), source: "sweep", detail: "No word from Meta came in time" },
  ];
  const isLate = and(
    eq(messages.status, "unknown"),
    sql`${messages.unknownSince} < ${now.toISOString()}::timestamptz - make_interval(mins =>
      (select (o.settings ->> 'unknownSettleMinutes')::int from organizations o where o.id = ${messages.organizationId}))`,
  );
  return settle(
    db,
    now,
    isLate,
    async (tx, ids) => {
      const rows = ids.map((id) => ({ id, step, failure, failed_at: now }));
      return transition(tx, "giveUp", rows);
    },
    { kind: "failed", failure },
  );
}

/** Moves what is in a state, a batch at a time, in one transaction for each organization, and counts and tells it. */
async function settle(
  db: Db,
  now: Date,
  isDue: SQL | undefined,
  move: (tx: Ctx, ids: string[]) => Promise<string[]>,
  outcome: Parameters<typeof countOutcome>[1],
): Promise<number> {
  const found = await db
    .select({ id: messages.id, organizationId: messages.organizationId, integrationId: messages.integrationId })
    .from(messages)
    .where(isDue)
    .limit(BATCH);
  let moved = 0;
  for (const [organizationId, rows] of groupByOrganization(found)) {
    const ids = await inTransaction({ ...systemCtx(db, organizationId, "sweep"), now }, async (tx) => {
      const still = await tx.db
        .select({ id: messages.id })
        .from(messages)
        .where(
          and(
            eq(messages.organizationId, organizationId),
            anyOf(
              messages.id,
              rows.map((row) => row.id),
            ),
            isDue,
          ),
        )
        .orderBy(messages.id)
        .for("update", { skipLocked: true });
      return move(
        tx,
        still.map((row) => row.id),
      );
    });
    moved += ids.length;
    const isMoved = new Set(ids);
    for (const { id, integrationId } of rows) if (isMoved.has(id)) countOutcome(integrationId, outcome);
    if (ids.length > 0) announceSoon(organizationId, ["messages"]);
  }
  return moved;
}

/** Statuses that crossed with the answer that told their message id. */
export async function settleEarly(db: Db): Promise<void> {
  for (const { organizationId, integrationId, wamidIndex } of await findSettledEarly(db, new Date())) {
    try {
      await applyEarlyStatuses(systemCtx(db, organizationId, "sweep"), integrationId, [wamidIndex]);
    } catch (error) {
      // One that cannot be applied must not keep the sweep from everything after it.
      if (isTransient(error)) throw error;
      log.error({ err: error, integrationId }, "An early status could not be applied");
    }
  }
}

/** A message made so far in the future was made before the clock was set back. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Lets messages go that wait only because the clock was set back. */
export async function followClock(db: Db, now: Date): Promise<void> {
  const future = new Date(now.getTime() + CLOCK_TOLERANCE_MS);
  await db
    .update(messages)
    .set({ dueAt: now })
    .where(
      and(eq(messages.status, "queued"), eq(messages.attempts, 0), gt(messages.createdAt, future), gt(messages.dueAt, future)),
    );
}

function groupByOrganization<T extends { organizationId: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.organizationId, [...(groups.get(row.organizationId) ?? []), row]);
  return groups;
}
