import { fileRoute, IdParams } from "@/lib/api/route";
import { readThumbnail } from "@/lib/media/serve";

export const GET = fileRoute({
  summary: "Read the thumbnail of a picture",
  description: "A WebP of at most 640 pixels a side, without what the camera noted in the picture.",
  permission: "messages:read",
  params: IdParams,
  handler: ({ ctx, params, request }) => readThumbnail(ctx, params.id, request),
});
