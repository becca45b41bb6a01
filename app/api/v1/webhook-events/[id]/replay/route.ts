import { IdParams, route } from "@/lib/api/route";
import { replayWebhookEvent } from "@/lib/webhooks/events";
import { WebhookBody } from "@/lib/webhooks/schema";

export const POST = route({
  summary: "Process a webhook once more",
  permission: "webhooks:write",
  params: IdParams,
  response: WebhookBody,
  status: 202,
  handler: ({ ctx, params }) => replayWebhookEvent(ctx, params.id),
});
