import { route } from "@/lib/api/route";
import { listSessions } from "@/lib/auth/sessions";
import { PageQuery } from "@/lib/http/paging";
import { SessionPage } from "@/lib/organizations/schema";

export const GET = route({
  summary: "List the browsers in which you are signed in",
  permission: "signed_in",
  query: PageQuery,
  response: SessionPage,
  handler: ({ ctx, query }) => listSessions(ctx, query),
});
