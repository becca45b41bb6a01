import { route } from "@/lib/api/route";
import { Accepted, SendTestMessage } from "@/lib/messages/schema";
import { sendTestMessage } from "@/lib/messages/test-message";

export const POST = route({
  summary: "Send the first message of a setup",
  description:
    "Sends a utility template and records, in the same transaction, the opt-in that it needs: one entry, source `setup`, purpose `utility`. Needs contacts:write as well. To a sandbox's virtual phone it does not wait for business hours. Takes the header Idempotency-Key.",
  permission: "messages:write",
  body: SendTestMessage,
  response: Accepted,
  status: 202,
  handler: ({ ctx, body, request }) => sendTestMessage(ctx, body, request.headers.get("idempotency-key")),
});
