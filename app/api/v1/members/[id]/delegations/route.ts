import { IdParams, route } from "@/lib/api/route";
import { previewDelegations } from "@/lib/organizations/members";
import { Delegations, DelegationsQuery } from "@/lib/organizations/schema";

export const GET = route({
  summary: "Show what ends with a member's authority",
  description: "The API tokens, open invitations and password links of theirs that end when they are removed, or get the role.",
  permission: "members:write",
  params: IdParams,
  query: DelegationsQuery,
  response: Delegations,
  handler: ({ ctx, params, query }) => previewDelegations(ctx, params.id, query),
});
