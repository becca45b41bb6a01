import { IdParams, route } from "@/lib/api/route";
import { markRead } from "@/lib/conversations/conversations";
import { Conversation } from "@/lib/conversations/schema";

export const POST = route({
  summary: "Mark a conversation as read",
  permission: "messages:write",
  params: IdParams,
  response: Conversation,
  handler: ({ ctx, params }) => markRead(ctx, params.id),
});
