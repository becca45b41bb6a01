import { formRoute } from "@/lib/api/route";
import { MediaFile, UploadMedia } from "@/lib/media/schema";
import { uploadMedia } from "@/lib/media/upload";

export const POST = formRoute({
  summary: "Upload a file to send",
  description:
    "Recognized by its content and held to Meta's limits: JPEG and PNG 5 MB, MP4 and 3GPP 16 MB, audio 16 MB, documents 100 MB, WebP stickers 100 KB (500 KB when they move).",
  permission: "messages:write",
  form: UploadMedia,
  response: MediaFile,
  status: 201,
  handler: ({ ctx, request }) => uploadMedia(ctx, request),
});
