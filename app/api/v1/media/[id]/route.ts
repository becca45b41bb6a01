import { IdParams, route } from "@/lib/api/route";
import { FileFacts } from "@/lib/media/schema";
import { getFile } from "@/lib/media/serve";

export const GET = route({
  summary: "Read how it stands with a file",
  description: "A file that was uploaded, or came with a message (`file.id` of the message).",
  permission: "messages:read",
  params: IdParams,
  response: FileFacts,
  handler: ({ ctx, params }) => getFile(ctx, params.id),
});
