import { z } from "zod";
import { IdParams, route } from "@/lib/api/route";
import { removeNote } from "@/lib/conversations/notes";

export const DELETE = route({
  summary: "Delete a note of one's own",
  permission: "messages:write",
  params: IdParams.extend({ noteId: z.string().min(1).max(100) }),
  handler: ({ ctx, params }) => removeNote(ctx, params.id, params.noteId),
});
