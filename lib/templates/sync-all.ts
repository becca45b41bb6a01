import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { systemCtx } from "@/lib/ctx";
import { log } from "@/lib/log";
import { syncTemplates } from "./sync";

/** Syncs the templates of every organization with a number that sends. One organization's trouble does not stop the others. */
export async function syncAllTemplates(db: Db, signal?: AbortSignal): Promise<void> {
  const rows = await db
    .selectDistinct({ organizationId: integrations.organizationId })
    .from(integrations)
    .where(and(eq(integrations.status, "verified"), isNull(integrations.deletedAt)));
  for (const { organizationId } of rows) {
    if (signal?.aborted) break;
    try {
      await syncTemplates(systemCtx(db, organizationId, "sync"), {});
    } catch (error) {
      log.warn({ err: error, organizationId }, "An organization's templates could not be synced");
    }
  }
}
