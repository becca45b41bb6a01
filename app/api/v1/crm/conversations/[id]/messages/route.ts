import { IdParams, route } from "@/lib/api/route";
import { answerConversation } from "@/lib/conversations/answer";
import { readConversation } from "@/lib/conversations/conversations";
import { AnswerConversation } from "@/lib/conversations/schema";
import { PageQuery } from "@/lib/http/paging";
import { Accepted, MessagePage } from "@/lib/messages/schema";

export const GET = route({
  summary: "List a conversation's messages in both directions, newest first",
  permission: "messages:read",
  params: IdParams,
  query: PageQuery,
  response: MessagePage,
  handler: ({ ctx, params, query }) => readConversation(ctx, params.id, query),
});

export const POST = route({
  summary: "Answer a conversation",
  description:
    "With `owner`, only while it is their turn; with `lastAnswerId`, only while nobody else has answered since: otherwise 409 with whose turn it is, or with what was written.",
  permission: "messages:write",
  params: IdParams,
  body: AnswerConversation,
  response: Accepted,
  status: 202,
  handler: ({ ctx, params, body, request }) => answerConversation(ctx, params.id, body, request.headers.get("idempotency-key")),
});
