import { IdParams, route } from "@/lib/api/route";
import { replayDeadLetter } from "@/lib/webhooks/events";
import { WebhookBody } from "@/lib/webhooks/schema";

export const POST = route({
  summary: "Process the webhook of a dead letter once more",
  permission: "webhooks:write",
  params: IdParams,
  response: WebhookBody,
  status: 202,
  handler: ({ ctx, params }) => replayDeadLetter(ctx, params.id),
});
