import { IdParams, route } from "@/lib/api/route";
import { getIntegration, updateIntegration } from "@/lib/integrations/integrations";
import { DeleteIntegrationQuery, Integration, UpdateIntegration } from "@/lib/integrations/schema";
import { removeIntegration } from "@/lib/messages/remove-integration";

export const GET = route({
  summary: "Read an integration",
  permission: "integrations:read",
  params: IdParams,
  response: Integration,
  handler: ({ ctx, params }) => getIntegration(ctx, params.id),
});

export const PATCH = route({
  summary: "Change an integration",
  description: "New credentials must be tested again. paused: true stops sending, false resumes it.",
  permission: "integrations:write",
  params: IdParams,
  body: UpdateIntegration,
  response: Integration,
  handler: ({ ctx, params, body }) => updateIntegration(ctx, params.id, body),
});

export const DELETE = route({
  summary: "Remove an integration",
  description: "Refused while messages wait, unless force=true cancels them. What was sent stays as history.",
  permission: "integrations:write",
  params: IdParams,
  query: DeleteIntegrationQuery,
  handler: ({ ctx, params, query }) => removeIntegration(ctx, params.id, { force: query.force === "true" }),
});
