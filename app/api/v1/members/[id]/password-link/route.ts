import { IdParams, route } from "@/lib/api/route";
import { createPasswordLink } from "@/lib/organizations/members";
import { OneTimeLink } from "@/lib/organizations/schema";

export const POST = route({
  summary: "Make a one-time link for a new password",
  description: "It works once within 24 hours. Using it ends all sessions of the member.",
  permission: "members:write",
  params: IdParams,
  response: OneTimeLink,
  status: 201,
  handler: ({ ctx, params }) => createPasswordLink(ctx, params.id),
});
