import "server-only";
import { and, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { lanes } from "@/db/schema/integrations";
import type { Ctx } from "@/lib/ctx";
import { CLIMB_MS } from "@/lib/integrations/rate";

/** How long a dispatcher owns a number without saying so again. After a crash another takes over within this time. */
export const LANE_LEASE_MS = 10_000;
const SLOWEST_FACTOR = 1 / 16;

export type Lane = typeof lanes.$inferSelect;

/** Takes the number for this dispatcher, or keeps it; null while another has it. All times are the database's. */
export async function takeLane(db: Db, integration: { id: string; organizationId: string }, owner: string): Promise<Lane | null> {
  const lease = sql`now() + ${`${LANE_LEASE_MS} milliseconds`}::interval`;
  const [lane] = await db
    .insert(lanes)
    .values({ integrationId: integration.id, organizationId: integration.organizationId, owner, leaseUntil: lease })
    .onConflictDoUpdate({
      target: lanes.integrationId,
      set: { owner, leaseUntil: lease },
      setWhere: sql`${lanes.owner} is null or ${lanes.owner} = ${owner} or ${lanes.leaseUntil} < now()`,
    })
    .returning();
  return lane ?? null;
}

export async function leaveLane(db: Db, integration: { id: string; organizationId: string }, owner: string): Promise<void> {
  await db
    .update(lanes)
    .set({ owner: null, leaseUntil: null })
    .where(
      and(eq(lanes.organizationId, integration.organizationId), eq(lanes.integrationId, integration.id), eq(lanes.owner, owner)),
    );
}

/** Halves what the rate is now, in one statement. Refusals of one burst count once: within a second nothing is halved again. */
export async function slowDown(ctx: Ctx, integrationId: string): Promise<void> {
  const now = sql`${ctx.now.toISOString()}::timestamptz`;
  const climbed = sql`least(60, greatest(0, extract(epoch from ${now} - coalesce(${lanes.slowedAt}, ${now}))::float8 * 1000 / ${CLIMB_MS}))`;
  await ctx.db
    .update(lanes)
    .set({
      rateFactor: sql`greatest(${SLOWEST_FACTOR}::float8, least(1, case when ${lanes.slowedAt} is null then 1 else ${lanes.rateFactor} end * power(2, ${climbed})) / 2)`,
      slowedAt: ctx.now,
    })
    .where(
      and(
        eq(lanes.organizationId, ctx.organizationId),
        eq(lanes.integrationId, integrationId),
        sql`(${lanes.slowedAt} is null or ${lanes.slowedAt} < ${now} - interval '1 second' or ${lanes.slowedAt} > ${now} + interval '1 second')`,
      ),
    );
}

/** Nothing is ever paid for further ahead than this; what claims to be was written by a clock that has been set back since. */
const FURTHEST_AHEAD_MS = 10_000;

/** When each of `count` messages may leave: evenly, one after another, never before what was paid for already. */
export function slots(paidUntil: Date | null, now: Date, perSecond: number, count: number): { at: number[]; paidUntil: Date } {
  const gapMs = 1000 / perSecond;
  const paid = paidUntil?.getTime() ?? 0;
  const start = paid > now.getTime() + FURTHEST_AHEAD_MS ? now.getTime() : Math.max(now.getTime(), paid);
  return {
    at: Array.from({ length: count }, (_, i) => start + i * gapMs),
    paidUntil: new Date(Math.ceil(start + count * gapMs)),
  };
}
