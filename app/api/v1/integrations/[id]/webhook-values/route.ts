import { IdParams, route } from "@/lib/api/route";
import { getWebhookValues } from "@/lib/integrations/integrations";
import { WebhookValues } from "@/lib/integrations/schema";

export const GET = route({
  summary: "Read what to copy into Meta's webhook form",
  permission: "integrations:write",
  params: IdParams,
  response: WebhookValues,
  handler: ({ ctx, params }) => getWebhookValues(ctx, params.id),
});
