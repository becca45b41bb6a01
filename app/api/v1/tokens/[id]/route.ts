import { IdParams, route } from "@/lib/api/route";
import { ApiTokenWithDelegations, RevokeApiToken } from "@/lib/organizations/schema";
import { getApiToken, revokeApiToken } from "@/lib/organizations/tokens";

export const GET = route({
  summary: "Show an API token and what ends with it",
  permission: "tokens:read",
  params: IdParams,
  response: ApiTokenWithDelegations,
  handler: ({ ctx, params }) => getApiToken(ctx, params.id),
});

export const DELETE = route({
  summary: "Revoke an API token",
  description:
    "Invitations, password links and further tokens that were made with it end too; the tokens stay with tokens=keep, as yours.",
  permission: "tokens:write",
  params: IdParams,
  query: RevokeApiToken,
  handler: ({ ctx, params, query }) => revokeApiToken(ctx, params.id, query),
});
