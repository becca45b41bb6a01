import { IdParams, route } from "@/lib/api/route";
import { undoMerge } from "@/lib/contacts/part";
import { Contact } from "@/lib/contacts/schema";

export const POST = route({
  summary: "Undo a merge of two contacts",
  description:
    "By the mergeId of the audit entry `contact.merged`. Answers the contact that comes back, under its old id, with its addresses, consents, conversations and messages. 409 when it was undone already, or when a later merge stands on it (details.mergeId).",
  permission: "organization:write",
  params: IdParams,
  response: Contact,
  handler: ({ ctx, params }) => undoMerge(ctx, params.id),
});
