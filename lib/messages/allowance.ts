import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { outreach } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { portfolioOf } from "@/lib/integrations/access";
import { tierAllowance } from "@/lib/whatsapp/tiers";

/** Meta counts people in a rolling 24 hours. Source: Meta, "Messaging limits", 8 May 2026. */
const WINDOW = sql`interval '24 hours'`;
const countedAt = sql`greatest(${outreach.reservedAt}, ${outreach.deliveredAt})`;

type Numbered = { businessAccountId: string; sandbox: boolean; messagingLimitTier: string | null };

export type Allowance = { limit: number | null; used: number; left: number | null; nextFreeAt: Date | null };

/** When nothing tells when a place will be free. */
const ASK_AGAIN_MS = 60_000;

function limitOf(integration: Numbered): number | null {
  const tier = tierAllowance(integration.messagingLimitTier);
  return tier === null || !Number.isFinite(tier) ? null : tier;
}

/** People reached or about to be reached outside their window in the last 24 hours, against the tier. `limit` null: none, or not known. */
export async function allowanceOf(ctx: Ctx, integration: Numbered): Promise<Allowance> {
  const limit = limitOf(integration);
  // Counting the people of an unlimited number costs the most and is of no use here.
  if (limit === null) return { limit, used: 0, left: null, nextFreeAt: null };
  const [row] = await ctx.db
    .select({ used: sql<number>`count(*)::int` })
    .from(outreach)
    .where(inWindow(ctx, portfolioOf(integration)));
  const used = row?.used ?? 0;
  const left = Math.max(0, limit - used);
  return { limit, used, left, nextFreeAt: left === 0 ? await nextFreeAt(ctx, integration, used - limit) : null };
}

/** When the place after `surplus` others is free: a tier that was lowered may be overdrawn by more than one. */
async function nextFreeAt(ctx: Ctx, integration: Numbered, surplus: number): Promise<Date | null> {
  const [row] = await ctx.db
    .select({ at: sql<string>`${countedAt} + ${WINDOW}` })
    .from(outreach)
    .where(inWindow(ctx, portfolioOf(integration)))
    .orderBy(countedAt)
    .offset(surplus)
    .limit(1);
  return row ? new Date(row.at) : null;
}

const inWindow = (ctx: Ctx, portfolioId: string) =>
  and(
    eq(outreach.organizationId, ctx.organizationId),
    eq(outreach.portfolioId, portfolioId),
    sql`${countedAt} > ${ctx.now.toISOString()}::timestamptz - ${WINDOW}`,
  );

/** Which of these people are counted already, so that another message to them uses nothing. */
export async function countedPeople(ctx: Ctx, portfolioId: string, contactIds: string[]): Promise<Set<string>> {
  if (contactIds.length === 0) return new Set();
  const rows = await ctx.db
    .select({ contactId: outreach.contactId })
    .from(outreach)
    .where(and(inWindow(ctx, portfolioId), anyOf(outreach.contactId, contactIds)));
  return new Set(rows.map((row) => row.contactId));
}

/** Makes the next reservations of a portfolio wait until this transaction ends, so that two of them cannot take the last place. */
async function lockAllowance(ctx: Ctx, portfolioId: string): Promise<void> {
  await ctx.db.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`allowance:${ctx.organizationId}:${portfolioId}`}, 0))`,
  );
}

/**
 * Reserves a place for each person. One row a person, so that a second message to him takes no second place; the place stays the
 * first message's while that one holds it.
 */
async function reservePlaces(ctx: Ctx, places: { portfolioId: string; contactId: string; messageId: string }[]): Promise<void> {
  if (places.length === 0) return;
  // Always in one order, so that two requests cannot wait for each other.
  const unique = [...new Map(places.map((p) => [`${p.portfolioId} ${p.contactId}`, p]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, p]) => p);
  await ctx.db
    .insert(outreach)
    .values(
      unique.map((p) => ({
        organizationId: ctx.organizationId,
        portfolioId: p.portfolioId,
        contactId: p.contactId,
        reservedBy: p.messageId,
        reservedAt: ctx.now,
      })),
    )
    .onConflictDoUpdate({
      target: [outreach.organizationId, outreach.portfolioId, outreach.contactId],
      set: { reservedBy: sql`excluded.reserved_by`, reservedAt: sql`excluded.reserved_at` },
      setWhere: sql`${outreach.reservedAt} is null or ${outreach.reservedAt} <= excluded.reserved_at - ${WINDOW}`,
    });
}

/**
 * For messages about to leave, in order: sees to it that each person has a place now, however long ago the message was accepted.
 * Answers when those for whom none is left may ask again.
 */
export async function reserveAllowance(
  ctx: Ctx,
  integration: Numbered,
  batch: readonly { id: string; contactId: string }[],
): Promise<Map<string, Date>> {
  const overAllowance = new Map<string, Date>();
  if (batch.length === 0 || limitOf(integration) === null) return overAllowance;
  const portfolioId = portfolioOf(integration);
  const people = batch.map((message) => message.contactId);
  const known = await countedPeople(ctx, portfolioId, people);
  if (people.every((person) => known.has(person))) return overAllowance;
  await lockAllowance(ctx, portfolioId);
  const counted = await countedPeople(ctx, portfolioId, people);
  const allowance = await allowanceOf(ctx, integration);
  let left = allowance.left ?? Number.POSITIVE_INFINITY;
  const taken: { portfolioId: string; contactId: string; messageId: string }[] = [];
  const tooMany: string[] = [];
  for (const { id, contactId } of batch) {
    if (counted.has(contactId)) continue;
    if (left <= 0) {
      tooMany.push(id);
      continue;
    }
    left -= 1;
    counted.add(contactId);
    taken.push({ portfolioId, contactId, messageId: id });
  }
  await reservePlaces(ctx, taken);
  if (tooMany.length === 0) return overAllowance;
  // What was just taken may be what the others wait for.
  const { nextFreeAt } = allowance.nextFreeAt ? allowance : await allowanceOf(ctx, integration);
  for (const id of tooMany) overAllowance.set(id, nextFreeAt ?? new Date(ctx.now.getTime() + ASK_AGAIN_MS));
  return overAllowance;
}

/** Gives back the places of messages that will not be delivered. A person who was reached by another message stays counted. */
export async function releasePlaces(ctx: Ctx, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  const held = ctx.db
    .select({ portfolioId: outreach.portfolioId, contactId: outreach.contactId })
    .from(outreach)
    .where(and(eq(outreach.organizationId, ctx.organizationId), anyOf(outreach.reservedBy, messageIds)))
    .orderBy(outreach.portfolioId, outreach.contactId)
    .for("update");
  await ctx.db
    .update(outreach)
    .set({ reservedBy: null, reservedAt: null })
    .where(
      and(
        eq(outreach.organizationId, ctx.organizationId),
        anyOf(outreach.reservedBy, messageIds),
        sql`(${outreach.portfolioId}, ${outreach.contactId}) in ${held}`,
      ),
    );
}

type Delivered = { portfolioId: string; contactId: string; messageId: string; at: Date };

/** Meta counts people on delivery, whichever message reached them: from here their 24 hours run. */
export async function countDelivered(ctx: Ctx, delivered: readonly Delivered[]): Promise<void> {
  if (delivered.length === 0) return;
  const rows = delivered.map((d) => ({
    portfolio: d.portfolioId,
    person: d.contactId,
    message: d.messageId,
    at: d.at.toISOString(),
  }));
  await ctx.db.execute(sql`
    insert into outreach as o (organization_id, portfolio_id, contact_id, delivered_at)
    select ${ctx.organizationId}, d.portfolio, d.person, max(d.at)
    from jsonb_to_recordset((${JSON.stringify(rows)}::text)::jsonb) as d(portfolio text, person text, at timestamptz)
    group by d.portfolio, d.person order by d.portfolio, d.person
    on conflict (organization_id, portfolio_id, contact_id) do update set delivered_at = greatest(o.delivered_at, excluded.delivered_at)`);
  await releasePlaces(
    ctx,
    delivered.map((d) => d.messageId),
  );
}
