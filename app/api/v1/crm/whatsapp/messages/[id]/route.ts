import { IdParams, route } from "@/lib/api/route";
import { getMessage } from "@/lib/messages/messages";
import { MessageDetail } from "@/lib/messages/schema";

export const GET = route({
  summary: "Read a message with its timeline",
  permission: "messages:read",
  params: IdParams,
  response: MessageDetail,
  handler: ({ ctx, params }) => getMessage(ctx, params.id),
});
