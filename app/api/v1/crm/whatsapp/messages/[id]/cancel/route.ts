import { IdParams, route } from "@/lib/api/route";
import { cancelMessage } from "@/lib/messages/cancel";
import { MessageDetail } from "@/lib/messages/schema";

export const POST = route({
  summary: "Cancel a waiting message",
  permission: "messages:write",
  params: IdParams,
  response: MessageDetail,
  handler: ({ ctx, params }) => cancelMessage(ctx, params.id),
});
