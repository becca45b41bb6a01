import { route } from "@/lib/api/route";
import { PageQuery } from "@/lib/http/paging";
import { ApiTokenPage, CreateApiToken, CreatedApiToken } from "@/lib/organizations/schema";
import { createApiToken, listApiTokens } from "@/lib/organizations/tokens";

export const GET = route({
  summary: "List the API tokens",
  permission: "tokens:read",
  query: PageQuery,
  response: ApiTokenPage,
  handler: ({ ctx, query }) => listApiTokens(ctx, query),
});

export const POST = route({
  summary: "Create an API token",
  description: "The token itself is shown only in this answer. It cannot hold more than its maker.",
  permission: "tokens:write",
  body: CreateApiToken,
  response: CreatedApiToken,
  status: 201,
  handler: ({ ctx, body }) => createApiToken(ctx, body),
});
