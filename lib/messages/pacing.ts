import "server-only";
import { and, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { lanes } from "@/db/schema/integrations";
import type { Ctx } from "@/lib/ctx";
import type { IntegrationRow } from "@/lib/integrations/access";
import { throughputPerSecond } from "@/lib/whatsapp/limits";

/** How long a dispatcher owns a number without saying so again. After a crash another takes over within this time. */
export const LANE_LEASE_MS = 10_000;
const SLOWEST_FACTOR = 1 / 16;
const CLIMB_MS = 15_000;

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

/** Messages a second that Meta lets this number send, capped by the operator's own figure. */
export function setRate(integration: Pick<IntegrationRow, "throughputLevel" | "onBusinessApp" | "ratePerSecond">): number {
  const limit = throughputPerSecond({ level: integration.throughputLevel, isOnBizApp: integration.onBusinessApp });
  return Math.min(limit, integration.ratePerSecond ?? limit);
}

/** What is left of the rate after Meta's 130429: half, then twice as much again every 15 s until it is whole. */
export function rateFactor(lane: Pick<Lane, "rateFactor" | "slowedAt">, now: Date): number {
  if (!lane.slowedAt) return 1;
  // A clock that was set back must not make the climb longer.
  const climbedMs = Math.max(0, now.getTime() - lane.slowedAt.getTime());
  return Math.min(1, lane.rateFactor * 2 ** (climbedMs / CLIMB_MS));
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
