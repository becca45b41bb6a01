import { route } from "@/lib/api/route";
import { PageQuery } from "@/lib/http/paging";
import { listDeadLetters } from "@/lib/webhooks/events";
import { DeadLetterPage } from "@/lib/webhooks/schema";

export const GET = route({
  summary: "List webhook items that could not be processed",
  permission: "webhooks:read",
  query: PageQuery,
  response: DeadLetterPage,
  handler: ({ ctx, query }) => listDeadLetters(ctx, query),
});
