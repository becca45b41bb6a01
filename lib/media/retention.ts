import "server-only";
import { and, eq, lt } from "drizzle-orm";
import type { Db } from "@/db/client";
import { mediaFiles } from "@/db/schema/media";

/** Longer than any upload may take. */
const UNFINISHED_MS = 60 * 60 * 1000;

/** Lets go of what was being received when a process died. */
export async function forgetUnfinished(db: Db, now: Date): Promise<void> {
  const before = new Date(now.getTime() - UNFINISHED_MS);
  await db
    .delete(mediaFiles)
    .where(and(eq(mediaFiles.isWhole, false), eq(mediaFiles.direction, "out"), lt(mediaFiles.createdAt, before)));
}
