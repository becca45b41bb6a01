import { route } from "@/lib/api/route";
import { getOrganization, updateOrganization } from "@/lib/organizations/organizations";
import { Organization, UpdateOrganization } from "@/lib/organizations/schema";

export const GET = route({
  summary: "Show the organization and its settings",
  permission: "organization:read",
  response: Organization,
  handler: ({ ctx }) => getOrganization(ctx),
});

export const PATCH = route({
  summary: "Change the organization's settings",
  description: "What is left out stays as it is. Business hours are replaced as a whole.",
  permission: "organization:write",
  body: UpdateOrganization,
  response: Organization,
  handler: ({ ctx, body }) => updateOrganization(ctx, body),
});
