import { IdParams, route } from "@/lib/api/route";
import { getHealth } from "@/lib/integrations/health";
import { IntegrationHealth } from "@/lib/integrations/schema";

export const GET = route({
  summary: "See how an integration fares",
  description: "What waits, the pace, and what is left of the 24-hour allowance.",
  permission: "integrations:read",
  params: IdParams,
  response: IntegrationHealth,
  handler: ({ ctx, params }) => getHealth(ctx, params.id),
});
