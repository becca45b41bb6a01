import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { rateFactor, ratesOf } from "@/lib/integrations/rate";
import { PRIORITY, type Waiting } from "./schema";
import { CANCELLABLE } from "./states";

type Row = Pick<typeof messages.$inferSelect, "id" | "integrationId" | "status" | "waitsFor" | "dueAt" | "metaHold" | "attempts">;

/** So many are counted of what is due: a longer queue is "at least so long". */
const MOST_COUNTED = 10_000;

const waits = ({ status }: Pick<Row, "status">) => CANCELLABLE.some((waiting) => waiting === status);

/**
 * Why each of these messages has not left or arrived, worked out from how things are now; those that wait for nothing are left out.
 * Two statements for a page of a hundred, none where nothing waits.
 */
export async function readWaiting(ctx: Ctx, rows: readonly Row[]): Promise<Map<string, Waiting>> {
  const numbers = await readNumbers(ctx, [...new Set(rows.filter(waits).map((row) => row.integrationId))]);
  const queued = rows.filter(
    (row) => waits(row) && !putOff(row, ctx.now) && numbers.get(row.integrationId)?.status === "verified",
  );
  const ahead = await countDue(ctx, [...new Set(queued.map((row) => row.integrationId))]);
  const found = new Map<string, Waiting>();
  for (const row of rows) {
    const waiting = waitingOf(row, numbers.get(row.integrationId), ahead.get(row.integrationId) ?? 0, ctx.now);
    if (waiting) found.set(row.id, waiting);
  }
  return found;
}

const putOff = (row: Row, now: Date) => row.waitsFor !== null && row.dueAt > now;

function waitingOf(row: Row, number: Numbered | undefined, ahead: number, now: Date): Waiting | null {
  if (row.status === "sent" && row.metaHold) return { code: "held_by_meta", until: null, details: { reason: row.metaHold } };
  if (!waits(row) || !number) return null;
  if (number.status === "paused")
    return { code: "number_paused", until: null, details: { ...(number.pauseReason ? { reason: number.pauseReason } : {}) } };
  if (number.status !== "verified") return { code: "number_not_verified", until: null };
  if (row.waitsFor && putOff(row, now))
    return {
      code: row.waitsFor,
      until: row.dueAt.toISOString(),
      ...(row.attempts > 0 ? { details: { attempts: row.attempts } } : {}),
    };
  if (number.unreachableUntil && number.unreachableUntil > now)
    return { code: "meta_unreachable", until: number.unreachableUntil.toISOString() };
  const lastLeavesAt = new Date(Math.max(now.getTime(), row.dueAt.getTime()) + (ahead / number.perSecond) * 1000);
  const isExact = ahead < MOST_COUNTED;
  return {
    code: "pace",
    until: isExact ? lastLeavesAt.toISOString() : null,
    details: { ahead, isExact, perSecond: number.perSecond },
  };
}

type Numbered = {
  status: (typeof integrations.$inferSelect)["status"];
  pauseReason: string | null;
  perSecond: number;
  unreachableUntil: Date | null;
};

async function readNumbers(ctx: Ctx, ids: string[]): Promise<Map<string, Numbered>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select({ integration: integrations, lease: lanes })
    .from(integrations)
    .leftJoin(lanes, eq(lanes.integrationId, integrations.id))
    .where(and(eq(integrations.organizationId, ctx.organizationId), anyOf(integrations.id, ids)));
  return new Map(
    rows.map(({ integration, lease }) => [
      integration.id,
      {
        status: integration.status,
        pauseReason: integration.pauseReason,
        perSecond: Math.max(0.5, ratesOf(integration).effective * (lease ? rateFactor(lease, ctx.now) : 1)),
        unreachableUntil: lease?.unreachableUntil ?? null,
      },
    ]),
  );
}

/** What is due of each number. With the priorities named, the queue's own index is read, and not past what is counted. */
async function countDue(ctx: Ctx, integrationIds: string[]): Promise<Map<string, number>> {
  if (integrationIds.length === 0) return new Map();
  const rows = await ctx.db.execute<{ id: string; due: number }>(sql`
    select n.id, (select count(*)::int from (
      select 1 from ${messages} where ${messages.integrationId} = n.id and ${messages.organizationId} = ${ctx.organizationId}
        and ${messages.priority} = any(${sql.param(Object.values(PRIORITY))}::smallint[])
        and ${messages.status} in ('queued', 'scheduled') and ${messages.dueAt} <= ${ctx.now.toISOString()}::timestamptz
      limit ${MOST_COUNTED}) counted) as due
    from unnest(${sql.param(integrationIds)}::text[]) as n(id)`);
  return new Map(rows.map(({ id, due }) => [id, due]));
}
