import { z } from "zod";
import { MediaKind } from "@/lib/whatsapp/content";
import { FILE_STATES, MEDIA_FAILURES } from "./words";

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

/** How it stands with the file of a message. */
export const FileFacts = z.object({
  id: z.string(),
  state: z.enum(FILE_STATES).describe("Only a `ready` one can be read."),
  failure: z.enum(MEDIA_FAILURES).nullable().describe("Why it is not here, or may not be opened."),
  verdict: z.string().nullable().describe("What the virus scanner said of one in quarantine."),
  mimeType: z.string().nullable().describe("By its content, whatever its sender calls it."),
  bytes: z.number().int().nullable(),
  width: z.number().int().nullable().describe("Of a picture, in pixels; with it there is a thumbnail."),
  height: z.number().int().nullable(),
});
export type FileFacts = z.infer<typeof FileFacts>;
