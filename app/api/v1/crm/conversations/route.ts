import { route } from "@/lib/api/route";
import { listConversations } from "@/lib/conversations/conversations";
import { ConversationPage, ListConversations } from "@/lib/conversations/schema";

export const GET = route({
  summary: "List conversations, the latest activity first",
  permission: "messages:read",
  query: ListConversations,
  response: ConversationPage,
  handler: ({ ctx, query }) => listConversations(ctx, query),
});
