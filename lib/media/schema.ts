import { z } from "zod";
import { MediaKind } from "@/lib/whatsapp/content";

/** A file that was uploaded and can be sent. */
export const MediaFile = z.object({
  id: z.string().describe("Give it as media.id to send; it is kept and given to Meta anew when Meta has forgotten it."),
  type: MediaKind,
  mimeType: z.string().describe("By its content, whatever its name says."),
  bytes: z.number().int(),
  sha256: z.string().describe("In hexadecimal digits."),
});
export type MediaFile = z.infer<typeof MediaFile>;

export const UploadMedia = z.object({
  file: z.string().meta({ format: "binary" }).describe("Recognized by its content, up to Meta's limit of its type."),
  integrationId: z.string().optional().describe("Without it, the default integration."),
});
