import { route } from "@/lib/api/route";
import { listWebhookEvents } from "@/lib/webhooks/events";
import { ListWebhookEvents, WebhookEventPage } from "@/lib/webhooks/schema";

export const GET = route({
  summary: "List what Meta told, item by item, newest first",
  permission: "webhooks:read",
  query: ListWebhookEvents,
  response: WebhookEventPage,
  handler: ({ ctx, query }) => listWebhookEvents(ctx, query),
});
