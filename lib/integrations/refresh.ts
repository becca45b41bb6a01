import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { systemCtx } from "@/lib/ctx";
import { announce } from "@/lib/live";
import { log } from "@/lib/log";
import { getPhoneNumber } from "@/lib/whatsapp/graph-accounts";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { graphAccess } from "./access";
import { pauseIntegration } from "./pause";

/**
 * Reads quality, tier and throughput of every number that sends, so that pace and allowance follow Meta. A refused token
 * pauses its integration; other trouble leaves everything as it was until the next time. Answers how many were read.
 */
export async function refreshNumbers(db: Db, signal?: AbortSignal): Promise<number> {
  const rows = await db
    .select()
    .from(integrations)
    .where(and(eq(integrations.status, "verified"), isNull(integrations.deletedAt)));
  let read = 0;
  for (const row of rows) {
    if (signal?.aborted) break;
    const ctx = systemCtx(db, row.organizationId, "refresh");
    try {
      const number = await getPhoneNumber(graphAccess(ctx, row), row.phoneNumberId);
      await db
        .update(integrations)
        .set({
          verifiedName: number.verifiedName ?? row.verifiedName,
          qualityRating: number.qualityRating ?? row.qualityRating,
          messagingLimitTier: number.messagingLimit === undefined ? row.messagingLimitTier : String(number.messagingLimit),
          throughputLevel: number.throughputLevel ?? row.throughputLevel,
          onBusinessApp: number.isOnBizApp ?? row.onBusinessApp,
        })
        .where(and(eq(integrations.organizationId, row.organizationId), eq(integrations.id, row.id)));
      await announce(db, row.organizationId, ["integrations"]);
      read += 1;
    } catch (error) {
      if (error instanceof GraphError && error.code === 190) await pauseIntegration(ctx, row.id, "token_invalid", 190);
      else log.warn({ err: error, integrationId: row.id }, "A number's facts could not be read");
    }
  }
  return read;
}
