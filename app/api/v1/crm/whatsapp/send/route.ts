import { route } from "@/lib/api/route";
import { Accepted, SendMessage } from "@/lib/messages/schema";
import { sendMessage } from "@/lib/messages/send";

export const POST = route({
  summary: "Send a message",
  description:
    "Accepts a text or a template. 202 means it is stored and will be sent; its fate is told by GET /api/v1/crm/whatsapp/messages/{id}. The header Idempotency-Key may stand for idempotencyKey.",
  permission: "messages:write",
  body: SendMessage,
  response: Accepted,
  status: 202,
  handler: ({ ctx, body, request }) => sendMessage(ctx, body, request.headers.get("idempotency-key")),
});
