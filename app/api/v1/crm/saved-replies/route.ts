import { route } from "@/lib/api/route";
import { createSavedReply, listSavedReplies } from "@/lib/conversations/saved-replies";
import { CreateSavedReply, SavedReply, SavedReplyList } from "@/lib/conversations/schema";

export const GET = route({
  summary: "List the saved replies",
  permission: "messages:read",
  response: SavedReplyList,
  handler: ({ ctx }) => listSavedReplies(ctx),
});

export const POST = route({
  summary: "Save a reply",
  description: "`{{name}}`, `{{organization}}`, `{{agent}}` and `{{preferences}}` are filled in where it is used.",
  permission: "messages:write",
  body: CreateSavedReply,
  response: SavedReply,
  status: 201,
  handler: ({ ctx, body }) => createSavedReply(ctx, body),
});
