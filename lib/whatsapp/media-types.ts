import type { MediaKind } from "./content";

const KB = 1024;
const MB = 1024 * KB;

/** The file types that Meta takes, with their limits in bytes. Source: Meta, "Media" and the pages of each message type (2025); reference 1.3 and 2. */
export const MEDIA_TYPES: Readonly<Record<string, { kind: MediaKind; limit: number }>> = {
  "image/jpeg": { kind: "image", limit: 5 * MB },
  "image/png": { kind: "image", limit: 5 * MB },
  "image/webp": { kind: "sticker", limit: 500 * KB },
  "video/mp4": { kind: "video", limit: 16 * MB },
  "video/3gpp": { kind: "video", limit: 16 * MB },
  "audio/aac": { kind: "audio", limit: 16 * MB },
  "audio/amr": { kind: "audio", limit: 16 * MB },
  "audio/mpeg": { kind: "audio", limit: 16 * MB },
  "audio/mp4": { kind: "audio", limit: 16 * MB },
  "audio/ogg": { kind: "audio", limit: 16 * MB },
  "application/pdf": { kind: "document", limit: 100 * MB },
  "text/plain": { kind: "document", limit: 100 * MB },
  "application/msword": { kind: "document", limit: 100 * MB },
  "application/vnd.ms-excel": { kind: "document", limit: 100 * MB },
  "application/vnd.ms-powerpoint": { kind: "document", limit: 100 * MB },
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": { kind: "document", limit: 100 * MB },
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": { kind: "document", limit: 100 * MB },
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": { kind: "document", limit: 100 * MB },
};

/** A sticker that does not move has a limit of its own. */
export const STILL_STICKER_LIMIT = 100 * KB;
export const LARGEST_MEDIA = 100 * MB;
/** A file that was uploaded may be sent for so long. Source: Meta, "Media"; reference 2. */
export const MEDIA_ID_LIFE_MS = 30 * 24 * 60 * 60 * 1000;

/** How large a file may be that is called of this type; of an unknown one, the largest. */
export function limitOf(mimeType: string): number {
  return MEDIA_TYPES[mimeType.split(";")[0]?.trim() ?? ""]?.limit ?? LARGEST_MEDIA;
}
