import { markRead } from "@/lib/conversations/conversations";
import { Conversation } from "@/lib/conversations/schema";
import { IdParams, route } from "@/lib/http/route";

export const POST = route({
  summary: "Mark a conversation as read",
  permission: "messages:write",
  params: IdParams,
  response: Conversation,
  handler: ({ ctx, params }) => markRead(ctx, params.id),
});
