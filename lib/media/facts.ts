import "server-only";
import { and, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { mediaFiles } from "@/db/schema/media";
import type { Ctx } from "@/lib/ctx";
import type { MessageContent } from "@/lib/whatsapp/content";
import type { FileFacts } from "./schema";

const FACTS = {
  id: mediaFiles.id,
  isWhole: mediaFiles.isWhole,
  failure: mediaFiles.failure,
  verdict: mediaFiles.verdict,
  mimeType: mediaFiles.mimeType,
  bytes: mediaFiles.bytes,
  width: mediaFiles.width,
  height: mediaFiles.height,
};
type Row = Pick<typeof mediaFiles.$inferSelect, keyof typeof FACTS>;

/** Our id of the file that a message carries, as its own or as its template's header. */
export function fileIdOf(content: MessageContent): string | null {
  if (content.type === "media") return content.fileId ?? null;
  return content.type === "template" && content.header?.type === "media" ? (content.header.fileId ?? null) : null;
}

/** How it stands with these files, by their ids. One that is not there any more is `removed`. */
export async function factsOf(ctx: Ctx, ids: readonly string[]): Promise<Map<string, FileFacts>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select(FACTS)
    .from(mediaFiles)
    .where(and(eq(mediaFiles.organizationId, ctx.organizationId), anyOf(mediaFiles.id, [...new Set(ids)])));
  const removed = (id: string): FileFacts => ({ ...NOTHING, id, state: "removed" });
  return new Map([...ids.map((id) => [id, removed(id)] as const), ...rows.map((row) => [row.id, toFacts(row)] as const)]);
}

const NOTHING = { failure: null, verdict: null, mimeType: null, bytes: null, width: null, height: null };

export function toFacts({ id, isWhole, failure, verdict, mimeType, bytes, width, height }: Row): FileFacts {
  if (failure) return { ...NOTHING, id, state: failure === "infected" ? "quarantined" : "failed", failure, verdict };
  if (!isWhole) return { ...NOTHING, id, state: "waiting" };
  return { id, state: "ready", failure, verdict, mimeType, bytes, width, height };
}
