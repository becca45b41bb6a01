import "server-only";
import { and, eq, type SQL, sql } from "drizzle-orm";
import { conversations } from "@/db/schema/contacts";
import type { Ctx } from "@/lib/ctx";
import { assignedTo, hasLabel, inState } from "./conversations";
import type { ConversationCounts, CountConversations } from "./schema";

/** How many conversations each view of the inbox has, by the same conditions as the list: one pass. */
export async function countConversations(ctx: Ctx, query: CountConversations): Promise<ConversationCounts> {
  const open = inState(ctx, "open");
  const of = (which: SQL) => sql<number>`(count(*) filter (where ${which}))::int`;
  const [counts] = await ctx.db
    .select({
      open: of(open),
      snoozed: of(inState(ctx, "snoozed")),
      closed: of(inState(ctx, "closed")),
      mine: of(sql`${open} and ${assignedTo(ctx, "me")}`),
      unassigned: of(sql`${open} and ${assignedTo(ctx, "none")}`),
      unread: of(sql`${open} and ${conversations.unread} > 0`),
    })
    .from(conversations)
    .where(
      and(
        eq(conversations.organizationId, ctx.organizationId),
        query.integrationId ? eq(conversations.integrationId, query.integrationId) : undefined,
        query.labelId ? hasLabel(query.labelId) : undefined,
      ),
    );
  if (!counts) throw new Error("The conversations could not be counted.");
  return counts;
}
