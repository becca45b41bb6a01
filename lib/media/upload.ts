import "server-only";
import { and, eq } from "drizzle-orm";
import { mediaFiles } from "@/db/schema/media";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { BrokenForm, type FormFile, readForm } from "@/lib/http/multipart";
import { newId } from "@/lib/ids";
import { getIntegrationOrDefault, type IntegrationRow } from "@/lib/integrations/access";
import { LARGEST_MEDIA, MEDIA_TYPES } from "@/lib/whatsapp/media-types";
import { giveToMeta } from "./at-meta";
import { requireMegabytes } from "./room";
import { ScanFailed, scan } from "./scan";
import type { MediaFile } from "./schema";
import { type Sniffed, sniff } from "./sniff";
import { getBytes, inChunks, putBytes, removeFile } from "./store";
import { keepThumbnail } from "./thumbnail";

export type MediaRow = typeof mediaFiles.$inferSelect;

/** The form around a file. */
const AROUND_BYTES = 10_000;

/**
 * Takes a file as it comes, keeps it and gives it to Meta. Throws `unsupported_media_type` for what Meta does not take,
 * `payload_too_large` beyond Meta's limit of its type, `quota_exceeded`, and `graph_error` when Meta did not take it. What fails leaves
 * nothing behind.
 */
export async function uploadMedia(ctx: Ctx, request: Request): Promise<MediaFile> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(type))
    throw new AppError("unsupported_media_type", "Send the file as multipart/form-data");
  if (Number(request.headers.get("content-length") ?? 0) > LARGEST_MEDIA + AROUND_BYTES)
    throw tooLarge(LARGEST_MEDIA, "any file");
  const { body } = request;
  if (!body) throw noFile();
  await requireMegabytes(ctx.db, ctx.organizationId, 0);
  const id = newId("med");
  try {
    const { fields, file } = await readForm(type, body, (given) => keep(ctx, id, given));
    if (!file) throw noFile();
    return await finish(ctx, id, file, fields.get("integrationId"));
  } catch (error) {
    await removeFile(ctx.db, ctx.organizationId, id);
    if (error instanceof ScanFailed) throw new AppError("not_ready", error.message, { cause: error });
    if (error instanceof BrokenForm || isCutOff(error))
      throw new AppError("validation_failed", "The upload is no whole form: it was cut off, or is broken", { cause: error });
    throw error;
  }
}

type Kept = Sniffed & { bytes: number; sha256: string };

async function keep(ctx: Ctx, id: string, { filename, content }: FormFile): Promise<Kept> {
  const chunks = inChunks(content);
  const first = await chunks.next();
  if (first.done)
    throw new AppError("validation_failed", "The file is empty", { details: [{ path: "file", message: "The file is empty" }] });
  const sniffed = await sniff(first.value, filename);
  if (!sniffed) throw unknownType(filename);
  const { mimeType, limit } = sniffed;
  const kind = MEDIA_TYPES[mimeType]?.kind ?? "document";
  const createdBy = `${ctx.actor.type}:${ctx.actor.id}`;
  const { organizationId, now: createdAt } = ctx;
  await ctx.db.insert(mediaFiles).values({
    id,
    organizationId,
    direction: "out",
    kind,
    mimeType,
    filename: filename?.slice(0, 240) ?? null,
    createdBy,
    createdAt,
  });
  async function* within(): AsyncGenerator<Buffer> {
    let size = 0;
    for (let next = first as IteratorResult<Buffer>; !next.done; next = await chunks.next()) {
      size += next.value.byteLength;
      if (size > limit) throw tooLarge(limit, mimeType);
      yield next.value;
    }
  }
  return { ...sniffed, ...(await putBytes(ctx.db, id, within())) };
}

async function finish(
  ctx: Ctx,
  id: string,
  { mimeType, bytes, sha256 }: Kept,
  integrationId: string | undefined,
): Promise<MediaFile> {
  const integration = await getIntegrationOrDefault(ctx, integrationId || undefined);
  const same = await findSame(ctx, integration, { mimeType, sha256 });
  if (same) {
    await removeFile(ctx.db, ctx.organizationId, id);
    return toMediaFile(await giveToMeta(ctx, integration, same));
  }
  const scanned = await scan(getBytes(ctx.db, id, { start: 0, end: bytes - 1 }));
  if (!scanned.clean) throw infected(scanned.verdict);
  const size = await keepThumbnail(ctx.db, id, { mimeType, bytes });
  const whole = await inTransaction(ctx, async (tx) => {
    await requireMegabytes(tx.db, tx.organizationId, bytes);
    const [row] = await tx.db
      .update(mediaFiles)
      .set({ integrationId: integration.id, bytes, sha256, isWhole: true, ...size })
      .where(and(eq(mediaFiles.organizationId, ctx.organizationId), eq(mediaFiles.id, id)))
      .returning();
    if (!row) throw new Error("A file that was received is gone.");
    await audit(tx, "media.uploaded", { type: "media", id }, { type: row.kind, mimeType, bytes });
    return row;
  });
  return toMediaFile(await giveToMeta(ctx, integration, whole));
}

/** The same file of the same number is kept once. */
async function findSame(
  ctx: Ctx,
  integration: IntegrationRow,
  { mimeType, sha256 }: Pick<Kept, "mimeType" | "sha256">,
): Promise<MediaRow | undefined> {
  const [row] = await ctx.db
    .select()
    .from(mediaFiles)
    .where(
      and(
        eq(mediaFiles.organizationId, ctx.organizationId),
        eq(mediaFiles.sha256, sha256),
        eq(mediaFiles.integrationId, integration.id),
        eq(mediaFiles.direction, "out"),
        eq(mediaFiles.mimeType, mimeType),
        mediaFiles.isWhole,
      ),
    )
    .limit(1);
  return row;
}

function toMediaFile({ id, kind, mimeType, bytes, sha256 }: MediaRow): MediaFile {
  return { id, type: kind, mimeType, bytes, sha256 };
}

function tooLarge(limit: number, what: string): AppError {
  return new AppError("payload_too_large", `WhatsApp takes at most ${limit.toLocaleString("en")} bytes of ${what}`, {
    details: { limit, type: what },
  });
}

function infected(verdict: string): AppError {
  return new AppError("unsupported_media_type", `The virus scanner refuses this file: ${verdict}`, { details: { verdict } });
}

function unknownType(filename: string | null): AppError {
  const known = Object.keys(MEDIA_TYPES);
  return new AppError("unsupported_media_type", "WhatsApp does not take files of this type, whatever their name says", {
    details: { filename, known },
  });
}

function noFile(): AppError {
  return new AppError("validation_failed", undefined, { details: [{ path: "file", message: "Give a file in the field file" }] });
}

function isCutOff(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && (error.code === "ECONNRESET" || error.code === "ERR_STREAM_PREMATURE_CLOSE")
  );
}
