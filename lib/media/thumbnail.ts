import "server-only";
import type { Db } from "@/db/client";
import { log } from "@/lib/log";
import { errorLabel } from "@/lib/transient";
import { CHUNK_BYTES, getBytes, putThumbnail } from "./store";

type Thumbnail = { content: Buffer; width: number; height: number };

/** As wide as a bubble on a screen with two dots for each of its pixels. */
const LONGEST_SIDE = 640;
/** A picture of few bytes can be of very many pixels. */
const MOST_PIXELS = 40_000_000;

const DRAWN = new Set(["image/jpeg", "image/png", "image/webp"]);

/** Pictures have 5 MB at most; what is larger is none that Meta carries. */
const MOST_BYTES = 16 * CHUNK_BYTES;

/** Draws and keeps the thumbnail of a picture whose bytes are there. Answers the picture's size; nothing for what is none. */
export async function keepThumbnail(
  db: Db,
  id: string,
  { mimeType, bytes }: { mimeType: string; bytes: number },
): Promise<{ width?: number; height?: number }> {
  if (!DRAWN.has(mimeType) || bytes > MOST_BYTES) return {};
  const pieces: Buffer[] = [];
  for await (const piece of getBytes(db, id, { start: 0, end: bytes - 1 })) pieces.push(piece);
  const thumbnail = await thumbnailOf(Buffer.concat(pieces));
  if (!thumbnail) return {};
  await putThumbnail(db, id, thumbnail.content);
  return { width: thumbnail.width, height: thumbnail.height };
}

/**
 * A small WebP of a picture, without what the camera noted in it, and the picture's own size. Null for one that is broken or too
 * large to draw.
 */
async function thumbnailOf(bytes: Buffer): Promise<Thumbnail | null> {
  try {
    const { default: sharp } = await import("sharp");
    sharp.concurrency(1);
    sharp.cache(false);
    const picture = sharp(bytes, { limitInputPixels: MOST_PIXELS });
    const { width, height } = (await picture.metadata()).autoOrient;
    const content = await picture
      .autoOrient()
      .resize({ width: LONGEST_SIDE, height: LONGEST_SIDE, fit: "inside", withoutEnlargement: true })
      .webp({ quality: 78, effort: 2 })
      .toBuffer();
    return { content, width, height };
  } catch (error) {
    log.info({ error: errorLabel(error) }, "A picture has no thumbnail");
    return null;
  }
}
