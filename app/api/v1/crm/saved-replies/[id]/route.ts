import { IdParams, route } from "@/lib/api/route";
import { removeSavedReply, updateSavedReply } from "@/lib/conversations/saved-replies";
import { SavedReply, UpdateSavedReply } from "@/lib/conversations/schema";

export const PATCH = route({
  summary: "Change a saved reply",
  permission: "messages:write",
  params: IdParams,
  body: UpdateSavedReply,
  response: SavedReply,
  handler: ({ ctx, params, body }) => updateSavedReply(ctx, params.id, body),
});

export const DELETE = route({
  summary: "Delete a saved reply",
  permission: "messages:write",
  params: IdParams,
  handler: ({ ctx, params }) => removeSavedReply(ctx, params.id),
});
