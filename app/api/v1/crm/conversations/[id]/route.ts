import { IdParams, route } from "@/lib/api/route";
import { getConversation } from "@/lib/conversations/conversations";
import { Conversation } from "@/lib/conversations/schema";

export const GET = route({
  summary: "Read a conversation",
  permission: "messages:read",
  params: IdParams,
  response: Conversation,
  handler: ({ ctx, params }) => getConversation(ctx, params.id),
});
