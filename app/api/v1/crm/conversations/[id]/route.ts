import { IdParams, route } from "@/lib/api/route";
import { getConversation } from "@/lib/conversations/conversations";
import { Conversation, UpdateConversation } from "@/lib/conversations/schema";
import { updateConversation } from "@/lib/conversations/update";

export const GET = route({
  summary: "Read a conversation",
  permission: "messages:read",
  params: IdParams,
  response: Conversation,
  handler: ({ ctx, params }) => getConversation(ctx, params.id),
});

export const PATCH = route({
  summary: "Close, reopen or snooze a conversation, or hand it over",
  permission: "messages:write",
  params: IdParams,
  body: UpdateConversation,
  response: Conversation,
  handler: ({ ctx, params, body }) => updateConversation(ctx, params.id, body),
});
