import { getConversation } from "@/lib/conversations/conversations";
import { Conversation } from "@/lib/conversations/schema";
import { IdParams, route } from "@/lib/http/route";

export const GET = route({
  summary: "Read a conversation",
  permission: "messages:read",
  params: IdParams,
  response: Conversation,
  handler: ({ ctx, params }) => getConversation(ctx, params.id),
});
