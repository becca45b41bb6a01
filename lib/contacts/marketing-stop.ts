import "server-only";
import { sql } from "drizzle-orm";
import type { Ctx } from "@/lib/ctx";
import { announceSoon } from "@/lib/live";

/** What Meta says of a person's own switch against offers in WhatsApp, and when it was so. */
export type MarketingWord = { contactId: string; stops: boolean; at: Date };

/**
 * Writes down Meta's words about people's switches against offers, in whatever order they come: the latest counts. Meta tells of
 * a stop by a preference webhook and by error 131050, and of a resume by a preference webhook alone.
 */
export async function noteMarketingWords(ctx: Ctx, words: readonly MarketingWord[]): Promise<void> {
  if (words.length === 0) return;
  const latest = new Map<string, MarketingWord>();
  for (const word of words) {
    const known = latest.get(word.contactId);
    if (!known || known.at <= word.at) latest.set(word.contactId, word);
  }
  const rows = [...latest.values()].sort((a, b) => (a.contactId < b.contactId ? -1 : 1));
  await ctx.db.execute(sql`
    update contacts c set marketing_stopped_at = case when w.stops then coalesce(c.marketing_stopped_at, w.at) end, marketing_told_at = w.at, updated_at = ${ctx.now.toISOString()}::timestamptz
    from jsonb_to_recordset((${JSON.stringify(rows.map(({ contactId, stops, at }) => ({ id: contactId, stops, at })))}::text)::jsonb)
      as w(id text, stops boolean, at timestamptz)
    where c.id = w.id and c.organization_id = ${ctx.organizationId} and (c.marketing_told_at is null or c.marketing_told_at <= w.at)`);
  announceSoon(ctx.organizationId, ["contacts"]);
}
