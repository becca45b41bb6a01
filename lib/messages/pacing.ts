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

/**
 * Gives the number up, after the last call left. `lateMs`: how far calls were behind their slots; the next dispatcher, who does
 * not know when they really left, keeps that distance.
 */
export async function leaveLane(
  db: Db,
  integration: { id: string; organizationId: string },
  owner: string,
  lateMs: number,
): Promise<void> {
  const late = sql`${`${Math.ceil(lateMs)} milliseconds`}::interval`;
  await db
    .update(lanes)
    .set({ owner: null, leaseUntil: null, paidUntil: sql`${lanes.paidUntil} + ${late}` })
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

/**
 * Calls that leave a second apart may arrive closer together, so the second in which the rate is counted is a little longer.
 * Slots are a little further apart still: a call that was late is then not late again a second later.
 */
const SECOND_MS = 1_004;
const SLOT_SECOND_MS = 1_007;
/** After a stall calls leave so much faster than the rate, and not all at once: a crowd would be back every second. */
const CATCH_UP = 1.5;
const MOMENT_MS = 5;
/** More calls than a number may ever make in a second. */
const FASTEST = 2_000;
/** Nothing is ever paid for further ahead than this; what claims to be was written by a clock that has been set back since. */
const FURTHEST_AHEAD_MS = 10_000;

/** When each of `count` messages may leave: evenly, one after another, never before what was paid for already. */
export function slots(paidUntil: Date | null, now: Date, perSecond: number, count: number): { at: number[]; paidUntil: Date } {
  const gapMs = SLOT_SECOND_MS / perSecond;
  const paid = paidUntil?.getTime() ?? 0;
  const start = paid > now.getTime() + FURTHEST_AHEAD_MS ? now.getTime() : Math.max(now.getTime(), paid);
  return {
    at: Array.from({ length: count }, (_, i) => start + i * gapMs),
    paidUntil: new Date(Math.round(start + count * gapMs)),
  };
}

/**
 * Keeps the rate of one number exactly: slots say when calls are to leave, but timers are late, and calls that catch up would
 * crowd. In any second never more calls leave than the rate allows, counted when they really left. Times are `performance.now()`.
 */
export class Pace {
  private left: { at: number; lateMs: number }[] = [];

  /** How long a call with this slot has still to wait; 0: it may leave now. */
  waitMs(slot: number, perSecond: number, now = performance.now()): number {
    const freeAt = (most: number, withinMs: number) => {
      const before = this.left.at(-Math.floor(most));
      return before ? before.at + withinMs : now;
    };
    const inSecond = freeAt(Math.max(1, perSecond), SECOND_MS);
    const inMoment = freeAt(Math.max(2, (CATCH_UP * perSecond * MOMENT_MS) / 1000), MOMENT_MS);
    return Math.max(slot, inSecond, inMoment, now) - now;
  }

  leave(slot: number, now = performance.now()): void {
    this.left.push({ at: now, lateMs: now - slot });
    if (this.left.length > 2 * FASTEST) this.left.splice(0, FASTEST);
  }

  /** How far behind their slots the calls of the last second left, at most. */
  lateMs(now = performance.now()): number {
    return Math.max(0, ...this.left.filter(({ at }) => at > now - SECOND_MS).map((call) => call.lateMs));
  }
}

const paces = new Map<string, Pace>();

/** The pace of a number in this process: it outlives the runs of its dispatcher. */
export function paceOf(integrationId: string): Pace {
  const pace = paces.get(integrationId) ?? new Pace();
  paces.set(integrationId, pace);
  return pace;
}
