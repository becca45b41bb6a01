import { IdParams, route } from "@/lib/api/route";
import { readConversation } from "@/lib/conversations/conversations";
import { PageQuery } from "@/lib/http/paging";
import { MessagePage } from "@/lib/messages/schema";

export const GET = route({
  summary: "List a conversation's messages in both directions, newest first",
  permission: "messages:read",
  params: IdParams,
  query: PageQuery,
  response: MessagePage,
  handler: ({ ctx, params, query }) => readConversation(ctx, params.id, query),
});
