import { IdParams, route } from "@/lib/api/route";
import { addNote, listNotes } from "@/lib/conversations/notes";
import { ConversationNote, CreateNote, NotePage } from "@/lib/conversations/schema";
import { PageQuery } from "@/lib/http/paging";

export const GET = route({
  summary: "List the team's notes about a conversation, newest first",
  permission: "messages:read",
  params: IdParams,
  query: PageQuery,
  response: NotePage,
  handler: ({ ctx, params, query }) => listNotes(ctx, params.id, query),
});

export const POST = route({
  summary: "Write a note for the team",
  description: "It never reaches the person.",
  permission: "messages:write",
  params: IdParams,
  body: CreateNote,
  response: ConversationNote,
  status: 201,
  handler: ({ ctx, params, body }) => addNote(ctx, params.id, body),
});
