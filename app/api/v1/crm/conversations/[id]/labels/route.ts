import { IdParams, route } from "@/lib/api/route";
import { setLabels } from "@/lib/conversations/labels";
import { Conversation, SetLabels } from "@/lib/conversations/schema";

export const PUT = route({
  summary: "Give a conversation these labels and no others",
  permission: "messages:write",
  params: IdParams,
  body: SetLabels,
  response: Conversation,
  handler: ({ ctx, params, body }) => setLabels(ctx, params.id, body.labelIds),
});
