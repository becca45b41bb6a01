import { IdParams, route } from "@/lib/api/route";
import { getWebhookBody } from "@/lib/webhooks/events";
import { WebhookBody } from "@/lib/webhooks/schema";

export const GET = route({
  summary: "Read a webhook's raw body",
  permission: "webhooks:read",
  params: IdParams,
  response: WebhookBody,
  handler: ({ ctx, params }) => getWebhookBody(ctx, params.id),
});
