import { route } from "@/lib/api/route";
import { SignInPage } from "@/lib/auth/schema";
import { listSignIns } from "@/lib/auth/sign-in-log";
import { PageQuery } from "@/lib/http/paging";

export const GET = route({
  summary: "List your sign-ins, and those that were refused",
  description: "Of the last 90 days, newest first.",
  permission: "signed_in",
  query: PageQuery,
  response: SignInPage,
  handler: ({ ctx, query }) => listSignIns(ctx, query),
});
