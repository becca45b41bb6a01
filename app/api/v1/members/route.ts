import { route } from "@/lib/api/route";
import { PageQuery } from "@/lib/http/paging";
import { listMembers } from "@/lib/organizations/members";
import { MemberPage } from "@/lib/organizations/schema";

export const GET = route({
  summary: "List the members",
  permission: "members:read",
  query: PageQuery,
  response: MemberPage,
  handler: ({ ctx, query }) => listMembers(ctx, query),
});
