import "server-only";
import { createHash } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Db } from "@/db/client";
import { mediaChunks, mediaFiles } from "@/db/schema/media";
import { openBuffer, sealBuffer } from "@/lib/keyring";

// Files lie in the database, in sealed pieces: they appear and go with their rows, every replica has them, and one backup has everything.

export const CHUNK_BYTES = 1 << 20;

export type Range = { start: number; end: number };

/** Pieces of `CHUNK_BYTES`, whatever pieces come. */
export async function* inChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    waiting.push(Buffer.from(piece));
    size += piece.byteLength;
    while (size >= CHUNK_BYTES) {
      const all = Buffer.concat(waiting);
      yield all.subarray(0, CHUNK_BYTES);
      waiting = [all.subarray(CHUNK_BYTES)];
      size -= CHUNK_BYTES;
    }
  }
  if (size > 0) yield Buffer.concat(waiting);
}

/** Writes the bytes of a file whose row is there. Answers how many they are, and what they are by sha256. */
export async function putBytes(
  db: Db,
  fileId: string,
  chunks: AsyncIterable<Buffer>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  let place = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    await db.insert(mediaChunks).values({ fileId, place, content: sealBuffer(placeOf(fileId, place), chunk) });
    place += 1;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** The bytes from `start` to `end`, both included, a piece at a time. */
export async function* getBytes(db: Db, fileId: string, { start, end }: Range): AsyncGenerator<Buffer> {
  const [first, last] = [Math.floor(start / CHUNK_BYTES), Math.floor(end / CHUNK_BYTES)];
  for (let place = first; place <= last; place++) {
    const [row] = await db
      .select({ content: mediaChunks.content })
      .from(mediaChunks)
      .where(and(eq(mediaChunks.fileId, fileId), eq(mediaChunks.place, place)));
    if (!row) throw new Error("A part of a file is missing.");
    const offset = place * CHUNK_BYTES;
    yield openBuffer(placeOf(fileId, place), row.content).subarray(Math.max(0, start - offset), end - offset + 1);
  }
}

const THUMBNAIL = -1;

export async function putThumbnail(db: Db, fileId: string, content: Buffer): Promise<void> {
  const sealed = sealBuffer(placeOf(fileId, THUMBNAIL), content);
  await db
    .insert(mediaChunks)
    .values({ fileId, place: THUMBNAIL, content: sealed })
    .onConflictDoUpdate({ target: [mediaChunks.fileId, mediaChunks.place], set: { content: sealed } });
}

export async function getThumbnail(db: Db, fileId: string): Promise<Buffer | null> {
  const [row] = await db
    .select({ content: mediaChunks.content })
    .from(mediaChunks)
    .where(and(eq(mediaChunks.fileId, fileId), eq(mediaChunks.place, THUMBNAIL)));
  return row ? openBuffer(placeOf(fileId, THUMBNAIL), row.content) : null;
}

/** Lets go of all bytes of a file, whose row stays. */
export async function clearBytes(db: Db, fileId: string): Promise<void> {
  await db.delete(mediaChunks).where(eq(mediaChunks.fileId, fileId));
}

export async function removeFile(db: Db, organizationId: string, fileId: string): Promise<void> {
  await db.delete(mediaFiles).where(and(eq(mediaFiles.organizationId, organizationId), eq(mediaFiles.id, fileId)));
}

const placeOf = (fileId: string, place: number) => `media_chunks.content ${fileId} ${place}`;
