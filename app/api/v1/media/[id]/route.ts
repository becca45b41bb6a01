import { IdParams, route } from "@/lib/api/route";
import { FileFacts } from "@/lib/media/schema";
import { getFile, removeFile } from "@/lib/media/serve";

export const GET = route({
  summary: "Read how it stands with a file",
  description: "A file that was uploaded, or came with a message (`file.id` of the message).",
  permission: "messages:read",
  params: IdParams,
  response: FileFacts,
  handler: ({ ctx, params }) => getFile(ctx, params.id),
});

export const DELETE = route({
  summary: "Delete a file",
  description:
    "Our copy of it, for instance a picture of somebody who was erased. A message that already waits still carries it: Meta keeps its own for 30 days.",
  permission: "messages:write",
  params: IdParams,
  handler: ({ ctx, params }) => removeFile(ctx, params.id),
});
