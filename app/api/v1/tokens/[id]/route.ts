import { IdParams, route } from "@/lib/http/route";
import { revokeApiToken } from "@/lib/organizations/tokens";

export const DELETE = route({
  summary: "Revoke an API token",
  permission: "tokens:write",
  params: IdParams,
  handler: ({ ctx, params }) => revokeApiToken(ctx, params.id),
});
