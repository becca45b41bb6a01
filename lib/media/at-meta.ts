import "server-only";
import { and, eq } from "drizzle-orm";
import { mediaFiles } from "@/db/schema/media";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { graphAccess, type IntegrationRow } from "@/lib/integrations/access";
import { graphSentence } from "@/lib/integrations/graph-sentence";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { uploadMedia } from "@/lib/whatsapp/graph-media";
import { MEDIA_ID_LIFE_MS } from "@/lib/whatsapp/media-types";
import { getBytes } from "./store";

type MediaRow = typeof mediaFiles.$inferSelect;

/** A message may wait for opening hours or a free place before it leaves: its file's id lives on for so long at least. */
const LIFE_LEFT_MS = 7 * 24 * 60 * 60 * 1000;

export function isKnownToMeta({ metaId, metaUploadedAt }: MediaRow, now: Date): boolean {
  if (metaId === null || metaUploadedAt === null) return false;
  return metaUploadedAt.getTime() + MEDIA_ID_LIFE_MS - LIFE_LEFT_MS > now.getTime();
}

/** Uploads a file to Meta unless Meta has it for a while yet. Throws `graph_error` with Meta's sentence. */
export async function giveToMeta(ctx: Ctx, integration: IntegrationRow, row: MediaRow): Promise<MediaRow> {
  if (isKnownToMeta(row, ctx.now)) return row;
  const { id, bytes, mimeType } = row;
  const source = { bytes, mimeType, filename: nameFor(row), content: getBytes(ctx.db, id, { start: 0, end: bytes - 1 }) };
  try {
    const metaId = await uploadMedia(graphAccess(ctx, integration), integration.phoneNumberId, source);
    const given = { metaId, metaUploadedAt: ctx.now };
    await ctx.db
      .update(mediaFiles)
      .set(given)
      .where(and(eq(mediaFiles.organizationId, ctx.organizationId), eq(mediaFiles.id, id)));
    return { ...row, ...given };
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { message, fix } = graphSentence(error);
    throw new AppError("graph_error", `Meta did not take the file: ${message}`, {
      details: { code: error.code, fix },
      cause: error,
    });
  }
}

/** Meta looks at the type; a name of letters and digits only can break no header. */
function nameFor({ id, filename }: MediaRow): string {
  const extension = /\.([a-z\d]{1,8})$/i.exec(filename ?? "")?.[1];
  return extension ? `${id}.${extension}` : id;
}
