import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { consents } from "@/db/schema/contacts";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { announceSoon } from "@/lib/live";
import { deriveConsent } from "./consent";

/** What Meta says of a person's own switch against offers in WhatsApp, and when it was so. */
export type MarketingWord = { contactId: string; stops: boolean; at: Date; how: "preference" | "error 131050" };

const SOURCE = "whatsapp preference";

/**
 * Writes down Meta's words about people's switches against offers, in whatever order they come: the latest counts. Meta tells of
 * a stop by a preference webhook and by error 131050, and of a resume by a preference webhook alone. A stop withdraws marketing in
 * the ledger too; a resume gives back what that stop took, and nothing that was never given. Answers who stopped just now, whose
 * waiting messages must not leave any more. In the transaction of `ctx`.
 */
export async function noteMarketingWords(ctx: Ctx, words: readonly MarketingWord[]): Promise<{ contactId: string }[]> {
  if (words.length === 0) return [];
  const latest = new Map<string, MarketingWord>();
  for (const word of words) {
    const known = latest.get(word.contactId);
    if (!known || known.at <= word.at) latest.set(word.contactId, word);
  }
  const rows = [...latest.values()].sort((a, b) => (a.contactId < b.contactId ? -1 : 1));
  const changed = await ctx.db.execute<{ id: string }>(sql`
    with told as (
      select w.id, w.stops, w.at, c.marketing_stopped_at as stopped_at
      from jsonb_to_recordset((${JSON.stringify(rows.map(({ contactId, stops, at }) => ({ id: contactId, stops, at })))}::text)::jsonb)
        as w(id text, stops boolean, at timestamptz)
      join contacts c on c.id = w.id and c.organization_id = ${ctx.organizationId}
      where c.marketing_told_at is null or c.marketing_told_at <= w.at
      order by w.id for update of c),
    written as (
      update contacts c set marketing_stopped_at = case when t.stops then coalesce(t.stopped_at, t.at) end, marketing_told_at = t.at,
        updated_at = ${ctx.now.toISOString()}::timestamptz
      from told t where c.id = t.id)
    select id from told where stops <> (stopped_at is not null)`);
  announceSoon(ctx.organizationId, ["contacts"]);
  const isNews = new Set(changed.map(({ id }) => id));
  const news = rows.filter(({ contactId }) => isNews.has(contactId));
  await keepInLedger(ctx, news);
  return news.filter(({ stops }) => stops).map(({ contactId }) => ({ contactId }));
}

async function keepInLedger(ctx: Ctx, news: readonly MarketingWord[]): Promise<void> {
  const ledgers = await readLedgers(
    ctx,
    news.filter(({ stops }) => !stops).map(({ contactId }) => contactId),
  );
  const due = news.filter(({ contactId, stops }) => stops || isTakenByMeta(ledgers.get(contactId) ?? []));
  if (due.length === 0) return;
  await ctx.db.insert(consents).values(
    due.map(({ contactId, stops, at, how }) => ({
      id: newId("cns"),
      organizationId: ctx.organizationId,
      contactId,
      purpose: "marketing" as const,
      status: stops ? ("opted_out" as const) : ("opted_in" as const),
      source: SOURCE,
      evidence: `${stops ? "Stopped" : "Resumed"} offers in WhatsApp (${how})\n${at.toISOString()}`,
      occurredAt: new Date(Math.min(at.getTime(), ctx.now.getTime())),
      recordedAt: ctx.now,
      recordedBy: ctx.actor.name,
    })),
  );
}

type Entry = typeof consents.$inferSelect;

async function readLedgers(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Entry[]>> {
  if (contactIds.length === 0) return new Map();
  const rows = await ctx.db
    .select()
    .from(consents)
    .where(and(eq(consents.organizationId, ctx.organizationId), anyOf(consents.contactId, contactIds)))
    .orderBy(asc(consents.id));
  const ledgers = new Map<string, Entry[]>();
  for (const row of rows) ledgers.set(row.contactId, [...(ledgers.get(row.contactId) ?? []), row]);
  return ledgers;
}

/** True when nothing but a stop at Meta stands between the person and offers that were agreed to. */
function isTakenByMeta(ledger: readonly Entry[]): boolean {
  const without = ledger.filter(({ source }) => source !== SOURCE);
  return deriveConsent(ledger).marketing === "opted_out" && deriveConsent(without).marketing === "opted_in";
}
