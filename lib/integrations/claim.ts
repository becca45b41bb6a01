import "server-only";
import { and, eq, isNotNull, isNull, ne, not, sql } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { audit } from "@/lib/audit";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { announce } from "@/lib/live";
import type { IntegrationRow } from "./access";
import { TOKEN_PAUSES } from "./pause";

/**
 * Takes the number for an integration that has just proven it, in the transaction of `ctx`; false when another one of the
 * installation holds it by a proof that still stands. A proof that no longer does (a refused token, changed credentials) yields.
 * Sandbox numbers are free.
 */
export async function claimNumber(ctx: Ctx, row: IntegrationRow): Promise<boolean> {
  if (row.sandbox) return true;
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`number:${row.phoneNumberId}`}, 0))`);
  const [holder] = await ctx.db
    .select()
    .from(integrations)
    .where(
      and(
        eq(integrations.phoneNumberId, row.phoneNumberId),
        ne(integrations.id, row.id),
        not(integrations.sandbox),
        isNotNull(integrations.verifiedAt),
        isNull(integrations.deletedAt),
      ),
    )
    .for("update");
  if (!holder) return true;
  const isStanding =
    holder.status === "verified" ||
    (holder.status === "paused" && !(holder.pauseReason && TOKEN_PAUSES.includes(holder.pauseReason)));
  if (isStanding) return false;
  const theirs = { ...systemCtx(ctx.db, holder.organizationId), now: ctx.now };
  await ctx.db.update(integrations).set({ verifiedAt: null }).where(eq(integrations.id, holder.id));
  await audit(theirs, "integration.number_yielded", { type: "integration", id: holder.id });
  await announce(ctx.db, holder.organizationId, ["integrations"]);
  return true;
}

/** Throws `conflict` when the organization itself has a real integration of this number. What others claim is not told. */
export async function requireOwnNumberFree(ctx: Ctx, phoneNumberId: string): Promise<void> {
  const [own] = await ctx.db
    .select({ id: integrations.id, name: integrations.name })
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        eq(integrations.phoneNumberId, phoneNumberId),
        not(integrations.sandbox),
        isNull(integrations.deletedAt),
      ),
    )
    .limit(1);
  if (!own) return;
  throw new AppError("conflict", `This phone number id is already connected: “${own.name}”`, {
    details: [{ path: "config.phoneNumberId", message: "Already connected" }],
  });
}
