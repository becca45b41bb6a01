import "server-only";
import { and, eq, isNull, ne, or } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { announce } from "@/lib/live";
import type { IntegrationCheck, IntegrationStatus, PauseReason } from "./schema";

/** Without these nothing can be sent. The other checks are about hearing what became of it. */
const CRITICAL = ["token", "phone_number", "business_account"] as const;

/** Pauses that better credentials end. */
export const TOKEN_PAUSES: readonly PauseReason[] = ["token_invalid", "permission_missing", "app_secret"];

/** Meta refuses calls with a wrong app secret, so nothing can be sent although the other checks are in order. */
const STOPS_SENDING = ["app_secret_wrong"];

/** What the last doctor's visit allows. */
export function statusOfChecks(checks: readonly IntegrationCheck[]): Exclude<IntegrationStatus, "paused"> {
  const critical = CRITICAL.map((name) => checks.find((check) => check.name === name));
  const isStopped = checks.some(({ code }) => code !== undefined && STOPS_SENDING.includes(code));
  if (critical.every((check) => check?.ok) && !isStopped) return "verified";
  return checks.length === 0 ? "unverified" : "failed";
}

/**
 * Stops all sending of an integration. Idempotent: pausing again changes nothing, except that a person's pause stays when the
 * cause that Meta gave is gone. Audited and announced. Answers whether anything changed.
 */
export async function pauseIntegration(ctx: Ctx, id: string, reason: PauseReason, errorCode?: number): Promise<boolean> {
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(integrations)
      .set({
        status: "paused",
        pauseReason: reason,
        pauseErrorCode: errorCode ?? null,
        pausedAt: tx.now,
        pausedBy: reason === "operator" ? tx.actor.name : null,
        updatedAt: tx.now,
      })
      .where(
        and(
          eq(integrations.organizationId, tx.organizationId),
          eq(integrations.id, id),
          isNull(integrations.deletedAt),
          reason === "operator"
            ? or(ne(integrations.status, "paused"), ne(integrations.pauseReason, "operator"))
            : ne(integrations.status, "paused"),
        ),
      )
      .returning({ id: integrations.id });
    if (!row) return false;
    await audit(
      tx,
      "integration.paused",
      { type: "integration", id },
      { reason, ...(errorCode === undefined ? {} : { errorCode }) },
    );
    await announce(tx.db, tx.organizationId, ["integrations"]);
    return true;
  });
}

/** Ends a pause. What Meta refused for the token must be tested again first; otherwise the last test's result counts. */
export async function resumeIntegration(ctx: Ctx, id: string): Promise<boolean> {
  return inTransaction(ctx, async (tx) => {
    const mine = and(eq(integrations.organizationId, tx.organizationId), eq(integrations.id, id), isNull(integrations.deletedAt));
    const [row] = await tx.db
      .select({ status: integrations.status, pauseReason: integrations.pauseReason, checks: integrations.checks })
      .from(integrations)
      .where(mine)
      .for("update");
    if (row?.status !== "paused") return false;
    const status = row.pauseReason && TOKEN_PAUSES.includes(row.pauseReason) ? "unverified" : statusOfChecks(row.checks);
    await tx.db
      .update(integrations)
      .set({ status, pauseReason: null, pauseErrorCode: null, pausedAt: null, pausedBy: null, updatedAt: tx.now })
      .where(mine);
    await audit(tx, "integration.resumed", { type: "integration", id }, { reason: row.pauseReason, status });
    await announce(tx.db, tx.organizationId, ["integrations"]);
    return true;
  });
}
