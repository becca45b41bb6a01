import { route } from "@/lib/api/route";
import { cancelMessages } from "@/lib/messages/cancel";
import { SelectionResult, SelectMessages } from "@/lib/messages/schema";

export const POST = route({
  summary: "Cancel waiting messages by id, or all that match",
  permission: "messages:write",
  body: SelectMessages,
  response: SelectionResult,
  handler: ({ ctx, body }) => cancelMessages(ctx, body),
});
