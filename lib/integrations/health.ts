import "server-only";
import { and, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages, outreach } from "@/db/schema/messages";
import { cacheWhenCostly } from "@/lib/cache-when-costly";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { portfolioOf } from "./access";
import { rateFactor, ratesOf } from "./rate";
import type { IntegrationHealth } from "./schema";
import { allowanceOf } from "./show";

/** The same 24 hours as the gate's. Source: Meta, "Messaging limits", 8 May 2026. */
const WINDOW = sql`interval '24 hours'`;

export async function getHealth(ctx: Ctx, id: string): Promise<IntegrationHealth> {
  const [health] = await healthOf(ctx, [id]);
  if (!health) throw new AppError("not_found", "There is no integration with this id");
  return health;
}

/** Rows that are counted in no time; of more, the counts are as of a moment ago. */
const FEW = 20_000;
const queuesAtLeisure = cacheWhenCostly<Map<string, Queue>>(4, (queues) =>
  isMany([...queues.values()].map((q) => q.queued + q.scheduled)),
);
const placesAtLeisure = cacheWhenCostly<Map<string, Place>>(4, (places) =>
  isMany([...places.values()].map((place) => place.used)),
);
const isMany = (counts: number[]) => counts.reduce((sum, n) => sum + n, 0) > FEW;

/** How each integration fares: what waits, the pace and the allowance. Three queries, whatever the count. */
export async function healthOf(ctx: Ctx, ids: readonly string[]): Promise<IntegrationHealth[]> {
  if (ids.length === 0) return [];
  const rows = await ctx.db
    .select({ integration: integrations, lane: { rateFactor: lanes.rateFactor, slowedAt: lanes.slowedAt } })
    .from(integrations)
    .leftJoin(lanes, eq(lanes.integrationId, integrations.id))
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        inArray(integrations.id, [...ids]),
        isNull(integrations.deletedAt),
      ),
    )
    .orderBy(integrations.id);
  const known = rows.map((row) => row.integration);
  const integrationIds = known.map((row) => row.id);
  const portfolioIds = [...new Set(known.map(portfolioOf))];
  const [queues, places] = await Promise.all([
    queuesAtLeisure([ctx.organizationId, ...integrationIds].join(" "), () => countMessages(ctx, integrationIds)),
    placesAtLeisure([ctx.organizationId, ...portfolioIds].join(" "), () => countPeople(ctx, portfolioIds)),
  ]);
  return rows.map(({ integration, lane }) => {
    const rate = ratesOf(integration);
    const limit = allowanceOf(integration);
    const place = places.get(portfolioOf(integration));
    const used = place?.used ?? 0;
    const left = limit === null ? null : Math.max(0, limit - used);
    return {
      integrationId: integration.id,
      status: integration.status,
      pauseReason: integration.pauseReason,
      verifiedAt: integration.verifiedAt?.toISOString() ?? null,
      ...(queues.get(integration.id) ?? NOTHING),
      ratePerSecond: {
        limit: rate.limit,
        effective: rate.effective,
        now: Math.max(1, Math.floor(rate.effective * (lane ? rateFactor(lane, ctx.now) : 1))),
      },
      allowance: { limit, used, left, nextFreeAt: left === 0 ? (place?.nextFreeAt ?? null) : null },
    };
  });
}

type Queue = Pick<IntegrationHealth, "queued" | "scheduled" | "sending" | "unknown" | "oldestWaitingAt" | "sentLastMinute">;
type Place = { used: number; nextFreeAt: string | null };
const NOTHING: Queue = { queued: 0, scheduled: 0, sending: 0, unknown: 0, oldestWaitingAt: null, sentLastMinute: 0 };

async function countMessages(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Queue>> {
  if (ids.length === 0) return new Map();
  const of = (status: string) => sql<number>`(count(*) filter (where ${messages.status} = ${status}))::int`;
  const mine = and(eq(messages.organizationId, ctx.organizationId), inArray(messages.integrationId, [...ids]));
  const minuteAgo = new Date(ctx.now.getTime() - 60_000);
  const rows = await ctx.db
    .select({
      integrationId: messages.integrationId,
      queued: of("queued"),
      scheduled: of("scheduled"),
      sending: of("sending"),
      unknown: of("unknown"),
      oldestWaitingAt: sql<Date | null>`min(${messages.dueAt}) filter (where ${messages.status} = 'queued')`.mapWith(
        messages.dueAt,
      ),
      sentLastMinute: sql<number>`(count(*) filter (where ${messages.sentAt} > ${minuteAgo.toISOString()}::timestamptz))::int`,
    })
    .from(messages)
    .where(
      // One arm for each partial index.
      and(
        mine,
        or(
          sql`${messages.status} in ('queued', 'scheduled')`,
          sql`${messages.status} = 'sending'`,
          sql`${messages.status} = 'unknown'`,
          sql`${messages.sentAt} > ${minuteAgo.toISOString()}::timestamptz`,
        ),
      ),
    )
    .groupBy(messages.integrationId);
  return new Map(
    rows.map(({ integrationId, ...row }) => [
      integrationId,
      { ...row, oldestWaitingAt: row.oldestWaitingAt?.toISOString() ?? null },
    ]),
  );
}

async function countPeople(ctx: Ctx, portfolioIds: readonly string[]): Promise<Map<string, Place>> {
  if (portfolioIds.length === 0) return new Map();
  const countedAt = sql`greatest(${outreach.reservedAt}, ${outreach.deliveredAt})`;
  const rows = await ctx.db
    .select({
      portfolioId: outreach.portfolioId,
      used: sql<number>`count(*)::int`,
      nextFreeAt: sql<Date>`min(${countedAt}) + ${WINDOW}`.mapWith(outreach.deliveredAt),
    })
    .from(outreach)
    .where(
      and(
        eq(outreach.organizationId, ctx.organizationId),
        inArray(outreach.portfolioId, [...portfolioIds]),
        sql`${countedAt} > ${ctx.now.toISOString()}::timestamptz - ${WINDOW}`,
      ),
    )
    .groupBy(outreach.portfolioId);
  return new Map(rows.map((row) => [row.portfolioId, { used: row.used, nextFreeAt: row.nextFreeAt.toISOString() }]));
}
