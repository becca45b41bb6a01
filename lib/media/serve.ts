import "server-only";
import { and, eq } from "drizzle-orm";
import { mediaFiles } from "@/db/schema/media";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { fileResponse } from "@/lib/http/file-response";
import { announce } from "@/lib/live";
import { toFacts } from "./facts";
import { wakeFetching } from "./incoming";
import type { FileFacts } from "./schema";
import { getBytes, getThumbnail } from "./store";

type Row = typeof mediaFiles.$inferSelect;

/** The bytes of a file, or of the range that was asked for. Throws `not_found`, and `conflict` for one that is not here or in quarantine. */
export async function readContent(ctx: Ctx, id: string, request: Request): Promise<Response> {
  const row = await requireFile(ctx, id);
  requireReady(row);
  const { mimeType, bytes, filename, sha256 } = row;
  return fileResponse(request, {
    mimeType,
    bytes,
    etag: sha256,
    filename: filename ?? id,
    read: (range) => getBytes(ctx.db, id, range),
  });
}

/** A small WebP of a picture. Throws `not_found` for what has none. */
export async function readThumbnail(ctx: Ctx, id: string, request: Request): Promise<Response> {
  const row = await requireFile(ctx, id);
  requireReady(row);
  const content = await getThumbnail(ctx.db, id);
  if (!content) throw new AppError("not_found", "This file has no thumbnail");
  return fileResponse(request, {
    mimeType: "image/webp",
    bytes: content.length,
    etag: `${row.sha256}-small`,
    filename: `${id}.webp`,
    async *read({ start, end }) {
      yield content.subarray(start, end + 1);
    },
  });
}

/** How it stands with a file. */
export async function getFile(ctx: Ctx, id: string): Promise<FileFacts> {
  return toFacts(await requireFile(ctx, id));
}

/** Fetches a file again that failed to come. Throws `conflict` for one that is here, on its way, or in quarantine. */
export async function fetchAgain(ctx: Ctx, id: string): Promise<FileFacts> {
  const row = await inTransaction(ctx, async (tx) => {
    const known = await requireFile(tx, id);
    if (known.direction !== "in" || known.failure === null) throw new AppError("conflict", "The file is here, or on its way");
    if (known.failure === "infected") throw inQuarantine(known.verdict);
    const [changed] = await tx.db
      .update(mediaFiles)
      .set({ failure: null, fetchAttempts: 0, fetchDueAt: ctx.now })
      .where(and(eq(mediaFiles.organizationId, ctx.organizationId), eq(mediaFiles.id, id)))
      .returning();
    await audit(tx, "media.fetched_again", { type: "media", id }, { failure: known.failure });
    return changed ?? known;
  });
  wakeFetching();
  return toFacts(row);
}

/** Deletes our copy of a file; messages that carry it say so. One that waits for Meta's answer is not fetched any more. */
export async function removeFile(ctx: Ctx, id: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const { direction } = await requireFile(tx, id);
    await tx.db.delete(mediaFiles).where(and(eq(mediaFiles.organizationId, tx.organizationId), eq(mediaFiles.id, id)));
    await audit(tx, "media.removed", { type: "media", id }, { direction });
    await announce(tx.db, tx.organizationId, ["messages"]);
  });
}

async function requireFile(ctx: Ctx, id: string): Promise<Row> {
  const [row] = await ctx.db
    .select()
    .from(mediaFiles)
    .where(and(eq(mediaFiles.organizationId, ctx.organizationId), eq(mediaFiles.id, id)));
  if (!row || (row.direction === "out" && !row.isWhole)) throw new AppError("not_found", "There is no file with this id");
  return row;
}

function requireReady({ isWhole, failure, verdict }: Row): void {
  if (failure === "infected") throw inQuarantine(verdict);
  if (failure) throw new AppError("conflict", "The file could not be fetched", { details: { failure } });
  if (!isWhole) throw new AppError("conflict", "The file is still being fetched", { retryAfterSeconds: 2 });
}

function inQuarantine(verdict: string | null): AppError {
  return new AppError("conflict", `The file is in quarantine: ${verdict}`, { details: { failure: "infected", verdict } });
}
