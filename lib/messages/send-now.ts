import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { announceSoon } from "@/lib/live";
import { wake } from "@/lib/wake";
import { integrationReasons, lookAgain } from "./gate";
import { getMessage } from "./messages";
import type { MessageDetail, TimelineStep } from "./schema";
import { refusal } from "./send";
import { CANCELLABLE } from "./states";
import { transition } from "./transitions";

/**
 * Lets a message leave that waits for opening hours, and overrides nothing but them: the gate is asked again here and once more
 * when it leaves, and it waits its turn for the allowance and the pace. Throws `conflict` when it does not wait for opening hours,
 * else what the gate says.
 */
export async function sendNow(ctx: Ctx, id: string): Promise<MessageDetail> {
  const integrationId = await inTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .select()
      .from(messages)
      .where(and(eq(messages.organizationId, tx.organizationId), eq(messages.id, id)))
      .for("update");
    if (row?.direction !== "outgoing") throw new AppError("not_found", "There is no message with this id");
    if (!CANCELLABLE.includes(row.status) || row.waitsFor !== "business_hours") {
      throw new AppError("conflict", `The message is ${row.status} and does not wait for opening hours`, {
        details: { status: row.status, waitsFor: row.waitsFor },
      });
    }
    const [integration] = await tx.db
      .select()
      .from(integrations)
      .where(
        and(
          eq(integrations.organizationId, tx.organizationId),
          eq(integrations.id, row.integrationId),
          isNull(integrations.deletedAt),
        ),
      );
    if (!integration) throw new AppError("not_found", "The message's integration was removed");
    const reasons = integrationReasons(integration);
    const look = (await lookAgain(tx, integration, [{ ...row, ignoresHours: true }])).get(id);
    if (look?.verdict === "refuse") reasons.push(look.reason);
    if (look?.verdict === "template")
      throw new AppError("conflict", "The message waits for its template, which Meta has paused or reviews", {
        details: { status: row.status, waitsFor: "template" },
      });
    if (reasons.length > 0) throw refusal(reasons);
    const step: TimelineStep[] = [{ step: "queued", at: tx.now.toISOString(), source: "person", detail: tx.actor.name }];
    await transition(tx, "sendNow", [{ id, step, due_at: tx.now, ignores_hours: true }]);
    await audit(tx, "message.sent_now", { type: "message", id }, { scheduledFor: row.scheduledFor?.toISOString() ?? null });
    return row.integrationId;
  });
  announceSoon(ctx.organizationId, ["messages"]);
  wake({ kind: "messages", integrationId, organizationId: ctx.organizationId });
  return getMessage(ctx, id);
}
