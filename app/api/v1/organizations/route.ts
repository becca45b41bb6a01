import { route } from "@/lib/api/route";
import { createOrganization } from "@/lib/organizations/organizations";
import { CreateOrganization, Organization } from "@/lib/organizations/schema";

export const POST = route({
  summary: "Create a further organization",
  description: "For signed-in people only; the person becomes its owner.",
  permission: "signed_in",
  body: CreateOrganization,
  response: Organization,
  status: 201,
  handler: ({ ctx, body }) => createOrganization(ctx, body),
});
