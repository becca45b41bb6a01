import { route } from "@/lib/api/route";
import { sendBulk } from "@/lib/messages/bulk";
import { BulkResult, SendBulk } from "@/lib/messages/schema";

export const POST = route({
  summary: "Send up to 1,000 messages",
  description: "Each item is a body of send and fares for itself. The header Idempotency-Key covers the whole request.",
  permission: "messages:write",
  body: SendBulk,
  response: BulkResult,
  status: 202,
  handler: ({ ctx, body, request }) => sendBulk(ctx, body, request.headers.get("idempotency-key")),
});
