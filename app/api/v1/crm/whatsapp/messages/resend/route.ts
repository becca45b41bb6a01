import { route } from "@/lib/api/route";
import { resendMessages } from "@/lib/messages/resend";
import { SelectionResult, SelectMessages } from "@/lib/messages/schema";

export const POST = route({
  summary: "Send failed or unknown messages again by id, or all that match",
  permission: "messages:write",
  body: SelectMessages,
  response: SelectionResult,
  handler: ({ ctx, body }) => resendMessages(ctx, body),
});
