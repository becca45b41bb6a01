import "server-only";
import { eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { mediaFiles } from "@/db/schema/media";
import { requireRoom } from "@/lib/quotas";

const MB = 1024 * 1024;

/** Room for so many bytes more, in whole megabytes, whichever way they come. Throws `quota_exceeded`. */
export async function requireMegabytes(db: Db, organizationId: string, more: number): Promise<void> {
  await requireRoom(db, "media_megabytes", organizationId, async () => {
    const [row] = await db
      .select({ bytes: sql<string>`coalesce(sum(${mediaFiles.bytes}), 0)` })
      .from(mediaFiles)
      .where(eq(mediaFiles.organizationId, organizationId));
    return Math.floor((Number(row?.bytes ?? 0) + more) / MB);
  });
}
