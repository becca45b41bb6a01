import { fileRoute, IdParams } from "@/lib/api/route";
import { readContent } from "@/lib/media/serve";

export const GET = fileRoute({
  summary: "Read a file",
  description:
    "The bytes, whole or a range (`Range: bytes=0-1023`). Pictures, sound and films come as what they are, everything else as an attachment. `conflict` while it is being fetched, where it could not be, and in quarantine.",
  permission: "messages:read",
  params: IdParams,
  handler: ({ ctx, params, request }) => readContent(ctx, params.id, request),
});
