import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { outreach } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { portfolioOf } from "@/lib/integrations/access";
import { tierAllowance } from "@/lib/whatsapp/tiers";

/** Meta counts people in a rolling 24 hours. Source: Meta, "Messaging limits", 8 May 2026. */
const WINDOW = sql`interval '24 hours'`;
const countedAt = sql`greatest(${outreach.reservedAt}, ${outreach.deliveredAt})`;

type Numbered = { businessAccountId: string; sandbox: boolean; messagingLimitTier: string | null };

export type Allowance = { limit: number | null; used: number; left: number | null; nextFreeAt: Date | null };

/** People reached or about to be reached outside their window in the last 24 hours, against the tier. `limit` null: none, or not known. */
export async function allowanceOf(ctx: Ctx, integration: Numbered): Promise<Allowance> {
  const tier = tierAllowance(integration.messagingLimitTier);
  const limit = tier === null || !Number.isFinite(tier) ? null : tier;
  const [row] = await ctx.db
    .select({ used: sql<number>`count(*)::int`, oldest: sql<string | null>`min(${countedAt}) + ${WINDOW}` })
    .from(outreach)
    .where(and(eq(outreach.organizationId, ctx.organizationId), eq(outreach.portfolioId, portfolioOf(integration)), sql`${countedAt} > ${ctx.now.toISOString()}::timestamptz - ${WINDOW}`));
  const used = row?.used ?? 0;
  return {
    limit,
    used,
    left: limit === null ? null : Math.max(0, limit - used),
    nextFreeAt: row?.oldest ? new Date(row.oldest) : null,
  };
}

/** Which of these people are counted already, so that another message to them uses nothing. */
export async function countedPeople(ctx: Ctx, portfolioId: string, recipientIndexes: string[]): Promise<Set<string>> {
  if (recipientIndexes.length === 0) return new Set();
  const rows = await ctx.db
    .select({ recipientIndex: outreach.recipientIndex })
    .from(outreach)
    .where(
      and(
        eq(outreach.organizationId, ctx.organizationId),
        eq(outreach.portfolioId, portfolioId),
        inArray(outreach.recipientIndex, recipientIndexes),
        sql`${countedAt} > ${ctx.now.toISOString()}::timestamptz - ${WINDOW}`,
      ),
    );
  return new Set(rows.map((row) => row.recipientIndex));
}

/** Makes the next reservations of a portfolio wait until this transaction ends, so that two of them cannot take the last place. */
export async function lockAllowance(ctx: Ctx, portfolioId: string): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`allowance:${ctx.organizationId}:${portfolioId}`}, 0))`);
}

/** Reserves a place for each person. One row a person, so that a second message to him takes no second place. */
export async function reservePlaces(ctx: Ctx, places: { portfolioId: string; recipientIndex: string; messageId: string }[]): Promise<void> {
  if (places.length === 0) return;
  const unique = [...new Map(places.map((p) => [`${p.portfolioId} ${p.recipientIndex}`, p])).values()];
  await ctx.db
    .insert(outreach)
    .values(
      unique.map((p) => ({
        organizationId: ctx.organizationId,
        portfolioId: p.portfolioId,
        recipientIndex: p.recipientIndex,
        reservedBy: p.messageId,
        reservedAt: ctx.now,
      })),
    )
    .onConflictDoUpdate({
      target: [outreach.organizationId, outreach.portfolioId, outreach.recipientIndex],
      set: { reservedBy: sql`excluded.reserved_by`, reservedAt: sql`excluded.reserved_at` },
    });
}

/** Gives back the places of messages that will not be delivered. A person who was reached by another message stays counted. */
export async function releasePlaces(ctx: Ctx, messageIds: string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await ctx.db
    .update(outreach)
    .set({ reservedBy: null, reservedAt: null })
    .where(and(eq(outreach.organizationId, ctx.organizationId), inArray(outreach.reservedBy, messageIds)));
}

/** Meta counts on delivery: from here the 24 hours run. */
export async function countDelivered(ctx: Ctx, delivered: { messageId: string; at: Date }[]): Promise<void> {
  if (delivered.length === 0) return;
  const rows = JSON.stringify(delivered.map((d) => ({ id: d.messageId, at: d.at.toISOString() })));
  await ctx.db.execute(sql`
    update outreach set delivered_at = greatest(outreach.delivered_at, d.at), reserved_at = null, reserved_by = null
    from jsonb_to_recordset((${rows}::text)::jsonb) as d(id text, at timestamptz)
    where outreach.organization_id = ${ctx.organizationId} and outreach.reserved_by = d.id`);
}
