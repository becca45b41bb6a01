import "server-only";
import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { lanes } from "@/db/schema/integrations";
import type { Ctx } from "@/lib/ctx";
import { CLIMB_MS } from "@/lib/integrations/rate";

/** How long a dispatcher owns a number without saying so again. After a crash another takes over within this time. */
export const LEASE_MS = 10_000;
const SLOWEST_FACTOR = 1 / 16;

export type Lease = typeof lanes.$inferSelect;

/** True while a dispatcher has the number. A lease further ahead than any can be was given before the clock was set back. */
export function holds(leaseUntil: typeof lanes.leaseUntil): SQL {
  return sql`(${leaseUntil} >= now() and ${leaseUntil} <= now() + ${`${2 * LEASE_MS} milliseconds`}::interval)`;
}

/** Takes the number for this dispatcher, or keeps it; null while another has it. All times are the database's. */
export async function takeLease(
  db: Db,
  integration: { id: string; organizationId: string },
  owner: string,
): Promise<Lease | null> {
  const lease = sql`now() + ${`${LEASE_MS} milliseconds`}::interval`;
  const [row] = await db
    .insert(lanes)
    .values({ integrationId: integration.id, organizationId: integration.organizationId, owner, leaseUntil: lease })
    .onConflictDoUpdate({
      target: lanes.integrationId,
      set: { owner, leaseUntil: lease, unreachableUntil: null },
      setWhere: sql`${lanes.owner} is null or ${lanes.owner} = ${owner} or not ${holds(lanes.leaseUntil)}`,
    })
    .returning();
  return row ?? null;
}

/** Gives the number up, after the last call left. The next dispatcher may begin in `freeInMs`, whatever the slots were. */
export async function endLease(
  db: Db,
  integration: { id: string; organizationId: string },
  owner: string,
  freeInMs: number,
): Promise<void> {
  const free = sql`now() + ${`${Math.ceil(freeInMs)} milliseconds`}::interval`;
  await db
    .update(lanes)
    .set({ owner: null, leaseUntil: null, paidUntil: sql`greatest(${lanes.paidUntil}, ${free})` })
    .where(
      and(eq(lanes.organizationId, integration.organizationId), eq(lanes.integrationId, integration.id), eq(lanes.owner, owner)),
    );
}

/** Says for whoever asks why messages wait that no call is tried for so long, because Meta gave no clear answers. */
export async function noteUnreachable(ctx: Ctx, integrationId: string, restMs: number): Promise<void> {
  await ctx.db
    .update(lanes)
    .set({ unreachableUntil: new Date(ctx.now.getTime() + restMs) })
    .where(and(eq(lanes.organizationId, ctx.organizationId), eq(lanes.integrationId, integrationId)));
}

/** Says for the sweep that messages of the number wait for a free place of the allowance. */
export async function noteOverAllowance(ctx: Ctx, integrationId: string): Promise<void> {
  await ctx.db
    .update(lanes)
    .set({ overAllowanceSince: ctx.now })
    .where(and(eq(lanes.organizationId, ctx.organizationId), eq(lanes.integrationId, integrationId)));
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
