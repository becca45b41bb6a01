import "server-only";
import { sql } from "drizzle-orm";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";

/** What happened between a number and a person. `inboundAt`: when he wrote or called so that the window opens. */
export type Activity = { integrationId: string; contactId: string; at: Date; inboundAt?: Date | null; unread?: number };

/** Writes down the latest activity of conversations, which begin with it; earlier ones change nothing. What is to be read opens it again. One statement, whatever the count. */
export async function noteActivity(ctx: Ctx, activities: readonly Activity[]): Promise<void> {
  if (activities.length === 0) return;
  const pairs = new Map<string, Required<Activity>>();
  for (const { integrationId, contactId, at, inboundAt = null, unread = 0 } of activities) {
    const key = `${integrationId} ${contactId}`;
    const known = pairs.get(key) ?? { integrationId, contactId, at, inboundAt, unread: 0 };
    if (at > known.at) known.at = at;
    if (inboundAt !== null && (known.inboundAt === null || inboundAt > known.inboundAt)) known.inboundAt = inboundAt;
    known.unread += unread;
    pairs.set(key, known);
  }
  // In one order, so that two processes cannot wait for each other.
  const rows = [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => ({ id: newId("cnv"), ...pair }));
  await ctx.db.execute(sql`
    insert into conversations (id, organization_id, integration_id, contact_id, last_inbound_at, last_activity_at, unread, created_at)
    select r.id, ${ctx.organizationId}, r."integrationId", r."contactId", r."inboundAt", r.at, r.unread, ${ctx.now.toISOString()}::timestamptz
    from jsonb_to_recordset((${JSON.stringify(rows)}::text)::jsonb) as r(
      id text, "integrationId" text, "contactId" text, "inboundAt" timestamptz, at timestamptz, unread integer)
    on conflict (integration_id, contact_id) do update set
      last_inbound_at = greatest(conversations.last_inbound_at, excluded.last_inbound_at),
      last_activity_at = greatest(conversations.last_activity_at, excluded.last_activity_at),
      unread = conversations.unread + excluded.unread,
      state = case when excluded.unread > 0 then 'open' else conversations.state end,
      snoozed_until = case when excluded.unread > 0 then null else conversations.snoozed_until end`);
}
