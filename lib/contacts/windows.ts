import "server-only";
import { sql } from "drizzle-orm";
import type { Ctx } from "@/lib/ctx";

/**
 * Meta answered that free text may not be sent to these people (131047), whatever our clock says: their windows with this number are
 * closed until they write again.
 */
export async function closeWindows(
  ctx: Ctx,
  integrationId: string,
  told: readonly { contactId: string; at: Date }[],
): Promise<void> {
  if (told.length === 0) return;
  await ctx.db.execute(sql`
    update conversations v set closed_at = greatest(v.closed_at, r.at)
    from (select t.id, max(t.at) as at from jsonb_to_recordset((${JSON.stringify(told.map(({ contactId, at }) => ({ id: contactId, at })))}::text)::jsonb)
      as t(id text, at timestamptz) group by t.id) r
    where v.organization_id = ${ctx.organizationId} and v.integration_id = ${integrationId} and v.contact_id = r.id`);
}

/** Meta's pricing told that messages to these people cost nothing until then. */
export async function noteFreeEntries(
  ctx: Ctx,
  integrationId: string,
  told: readonly { contactId: string; until: Date }[],
): Promise<void> {
  if (told.length === 0) return;
  await ctx.db.execute(sql`
    update conversations v set free_entry_until = greatest(v.free_entry_until, r.until)
    from (select t.id, max(t.until) as until from jsonb_to_recordset((${JSON.stringify(told.map(({ contactId, until }) => ({ id: contactId, until })))}::text)::jsonb)
      as t(id text, until timestamptz) group by t.id) r
    where v.organization_id = ${ctx.organizationId} and v.integration_id = ${integrationId} and v.contact_id = r.id`);
}
