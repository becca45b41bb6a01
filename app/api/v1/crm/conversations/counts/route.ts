import { route } from "@/lib/api/route";
import { countConversations } from "@/lib/conversations/counts";
import { ConversationCounts, CountConversations } from "@/lib/conversations/schema";

export const GET = route({
  summary: "Count the conversations of each view of the inbox",
  permission: "messages:read",
  query: CountConversations,
  response: ConversationCounts,
  handler: ({ ctx, query }) => countConversations(ctx, query),
});
