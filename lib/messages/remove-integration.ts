import "server-only";
import { and, count, eq, inArray, isNull } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { sandboxAccounts } from "@/db/schema/sandbox";
import { templates } from "@/db/schema/templates";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { accountOf, type IntegrationRow } from "@/lib/integrations/access";
import { promoteDefault } from "@/lib/integrations/integrations";
import { announce } from "@/lib/live";
import type { TimelineStep } from "./schema";
import { CANCELLABLE } from "./states";
import { transition } from "./transitions";

const ON_ITS_WAY = [...CANCELLABLE, "sending"] as const;

/**
 * Removes an integration: its secrets are wiped, its number is free again, its messages stay as history. While messages wait
 * it is refused with `conflict`; `force` cancels those that have not left (one that is on its way ends by itself).
 */
export async function removeIntegration(ctx: Ctx, id: string, { force }: { force: boolean }): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const row = await hold(tx, id);
    const waiting = await countWaiting(tx, id);
    if (waiting > 0 && !force) {
      throw new AppError(
        "conflict",
        `${waiting} ${waiting === 1 ? "message waits" : "messages wait"} to be sent with this integration. Use force=true to cancel what waits.`,
        {
          details: { waiting },
        },
      );
    }
    const cancelled = waiting > 0 ? await cancelWaiting(tx, id) : 0;
    await tx.db
      .update(integrations)
      .set({
        deletedAt: tx.now,
        updatedAt: tx.now,
        isDefault: false,
        status: "paused",
        pauseReason: "operator",
        pausedAt: tx.now,
        accessToken: "",
        appSecret: null,
        webhookVerifyToken: "",
        webhookVerifyTokenIndex: "",
      })
      .where(mine(tx, id));
    if (row.sandbox)
      await tx.db
        .delete(sandboxAccounts)
        .where(and(eq(sandboxAccounts.organizationId, tx.organizationId), eq(sandboxAccounts.integrationId, id)));
    await dropTemplates(tx, row);
    if (row.isDefault) await promoteDefault(tx, row);
    await audit(tx, "integration.removed", { type: "integration", id }, { name: row.name, cancelled });
    await announce(
      tx.db,
      tx.organizationId,
      cancelled > 0 ? ["integrations", "templates", "messages"] : ["integrations", "templates"],
    );
  });
}

const mine = (ctx: Ctx, id: string) =>
  and(eq(integrations.organizationId, ctx.organizationId), eq(integrations.id, id), isNull(integrations.deletedAt));

/** Locked, so that no message can be accepted for it until this transaction has ended. */
async function hold(ctx: Ctx, id: string): Promise<IntegrationRow> {
  const [row] = await ctx.db.select().from(integrations).where(mine(ctx, id)).for("update");
  if (!row) throw new AppError("not_found", "There is no integration with this id");
  return row;
}

const messagesOf = (ctx: Ctx, id: string) => and(eq(messages.organizationId, ctx.organizationId), eq(messages.integrationId, id));

async function countWaiting(ctx: Ctx, id: string): Promise<number> {
  const [row] = await ctx.db
    .select({ waiting: count() })
    .from(messages)
    .where(and(messagesOf(ctx, id), inArray(messages.status, [...ON_ITS_WAY])));
  return row?.waiting ?? 0;
}

const CANCELLED_AT_ONCE = 5_000;

async function cancelWaiting(ctx: Ctx, id: string): Promise<number> {
  const source = ctx.actor.type === "user" ? "console" : "api";
  const step: TimelineStep[] = [{ step: "cancelled", at: ctx.now.toISOString(), source, detail: "The integration was removed" }];
  for (let cancelled = 0; ; ) {
    const waiting = await ctx.db
      .select({ id: messages.id })
      .from(messages)
      .where(and(messagesOf(ctx, id), inArray(messages.status, [...CANCELLABLE])))
      .orderBy(messages.id)
      .limit(CANCELLED_AT_ONCE)
      .for("update");
    if (waiting.length === 0) return cancelled;
    cancelled += (
      await transition(
        ctx,
        "cancel",
        waiting.map((row) => ({ id: row.id, step })),
      )
    ).length;
  }
}

/** Templates belong to the account: they go with the last integration that uses it. */
async function dropTemplates(ctx: Ctx, row: IntegrationRow): Promise<void> {
  const [left] = await ctx.db
    .select({ users: count() })
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        eq(integrations.businessAccountId, row.businessAccountId),
        eq(integrations.sandbox, row.sandbox),
        isNull(integrations.deletedAt),
      ),
    );
  if (left && left.users > 0) return;
  await ctx.db
    .delete(templates)
    .where(and(eq(templates.organizationId, ctx.organizationId), eq(templates.businessAccountId, accountOf(row))));
}
