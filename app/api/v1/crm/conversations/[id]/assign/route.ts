import { IdParams, route } from "@/lib/api/route";
import { assignConversation } from "@/lib/conversations/assign";
import { AssignConversation, Conversation } from "@/lib/conversations/schema";

export const POST = route({
  summary: "Take a conversation, or give it to a member",
  description: "With `from`, of many who take it at the same moment one has it, and the others get 409 with who.",
  permission: "messages:write",
  params: IdParams,
  body: AssignConversation,
  response: Conversation,
  handler: ({ ctx, params, body }) => assignConversation(ctx, params.id, body),
});
