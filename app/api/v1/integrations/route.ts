import { route } from "@/lib/api/route";
import { createIntegration, listIntegrations } from "@/lib/integrations/integrations";
import { CreateIntegration, Integration, IntegrationPage, ListIntegrations } from "@/lib/integrations/schema";

export const GET = route({
  summary: "List integrations",
  permission: "integrations:read",
  query: ListIntegrations,
  response: IntegrationPage,
  handler: ({ ctx, query }) => listIntegrations(ctx, query),
});

export const POST = route({
  summary: "Connect a WhatsApp number",
  description: "Test it afterwards: it is unverified until then. With config.sandbox it talks to the built-in stand-in.",
  permission: "integrations:write",
  body: CreateIntegration,
  response: Integration,
  status: 201,
  handler: ({ ctx, body }) => createIntegration(ctx, body),
});
