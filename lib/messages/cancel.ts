import "server-only";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { announceSoon } from "@/lib/live";
import { getMessage } from "./messages";
import type { MessageDetail, SelectionResult, SelectMessages, TimelineStep } from "./schema";
import { auditedOf, type Worked, workThrough } from "./select";
import { CANCELLABLE } from "./states";
import { transition } from "./transitions";

const stepOf = (ctx: Ctx): TimelineStep[] => [
  { step: "cancelled", at: ctx.now.toISOString(), source: "person", detail: ctx.actor.name },
];

/** Takes a waiting message back. Throws `conflict` when it has left already. */
export async function cancelMessage(ctx: Ctx, id: string): Promise<MessageDetail> {
  await inTransaction(ctx, async (tx) => {
    if ((await transition(tx, "cancel", [{ id, step: stepOf(tx) }])).length === 0) {
      const { status } = await getMessage(tx, id);
      throw new AppError("conflict", `The message is ${status} and can no longer be cancelled`, { details: { status } });
    }
    await audit(tx, "message.cancelled", { type: "message", id });
  });
  announceSoon(ctx.organizationId, ["messages"]);
  return getMessage(ctx, id);
}

/** Takes back what of a selection still waits. What has left or ended meanwhile is refused by its status. Audited once, with the numbers. */
export async function cancelMessages(ctx: Ctx, { dryRun, ...selection }: SelectMessages): Promise<SelectionResult> {
  const result = await workThrough(ctx, selection, async (rows): Promise<Worked> => {
    const waiting = rows.filter(({ status }) => CANCELLABLE.includes(status));
    const step = stepOf(ctx);
    const cancelled = new Set(
      dryRun
        ? waiting.map(({ id }) => id)
        : await inTransaction(ctx, (tx) =>
            transition(
              tx,
              "cancel",
              waiting.map(({ id }) => ({ id, step })),
            ),
          ),
    );
    const refused = rows.filter(({ id }) => !cancelled.has(id));
    return {
      done: cancelled.size,
      refused: refused.map(({ id, status }) => ({ id, code: CANCELLABLE.includes(status) ? "left_meanwhile" : status })),
    };
  });
  if (dryRun || result.done === 0) return result;
  await audit(ctx, "messages.cancelled", { type: "organization", id: ctx.organizationId }, auditedOf(selection, result));
  announceSoon(ctx.organizationId, ["messages"]);
  return result;
}
