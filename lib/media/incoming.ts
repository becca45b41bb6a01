import "server-only";
import { and, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { mediaFiles } from "@/db/schema/media";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { wake } from "@/lib/wake";
import type { MessageContent } from "@/lib/whatsapp/content";

/** A message that came, with a file of which so far only Meta's id is known. */
type Carrier = { messageId: string; integrationId: string; at: Date; content: MessageContent };

/** The content with our own id of its file, under which the file will be found; what carries no file stays as it is. */
export function withFileId<T extends MessageContent>(content: T): T {
  return content.type === "media" && content.mediaId !== null ? { ...content, fileId: newId("med") } : content;
}

/** Notes the files of messages, in the transaction that keeps these, to be fetched from Meta at once. */
export async function expectFiles(tx: Ctx, carriers: readonly Carrier[]): Promise<boolean> {
  const rows = carriers.flatMap(({ messageId, integrationId, at, content }) => {
    if (content.type !== "media" || content.fileId === undefined) return [];
    const { fileId: id, kind, mediaId: metaId, mimeType = "", filename = null } = content;
    const { organizationId, now: fetchDueAt } = tx;
    const common = { organizationId, integrationId, direction: "in" as const, createdBy: "person", createdAt: at };
    return [{ ...common, id, messageId, kind, metaId, mimeType, filename: filename?.slice(0, 240) ?? null, fetchDueAt }];
  });
  if (rows.length > 0) await tx.db.insert(mediaFiles).values(rows).onConflictDoNothing();
  return rows.length > 0;
}

export function wakeFetching(): void {
  wake({ kind: "media" });
}

/** What a person took back goes with its file. */
export async function removeFilesOf(tx: Ctx, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await tx.db
    .delete(mediaFiles)
    .where(and(eq(mediaFiles.organizationId, tx.organizationId), anyOf(mediaFiles.messageId, messageIds)));
}
