import { IdParams, route } from "@/lib/api/route";
import { resendMessage } from "@/lib/messages/resend";
import { Accepted } from "@/lib/messages/schema";

export const POST = route({
  summary: "Send a failed or unknown message again, as a new message",
  permission: "messages:write",
  params: IdParams,
  response: Accepted,
  status: 202,
  handler: ({ ctx, params }) => resendMessage(ctx, params.id),
});
