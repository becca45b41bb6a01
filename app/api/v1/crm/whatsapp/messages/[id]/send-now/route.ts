import { IdParams, route } from "@/lib/api/route";
import { MessageDetail } from "@/lib/messages/schema";
import { sendNow } from "@/lib/messages/send-now";

export const POST = route({
  summary: "Send a message now that waits for opening hours",
  permission: "messages:write",
  params: IdParams,
  response: MessageDetail,
  handler: ({ ctx, params }) => sendNow(ctx, params.id),
});
