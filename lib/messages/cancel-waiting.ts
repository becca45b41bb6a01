import "server-only";
import { and, asc, eq, inArray, or } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { messages } from "@/db/schema/messages";
import type { ConsentPurpose } from "@/lib/contacts/schema";
import type { Ctx } from "@/lib/ctx";
import type { TimelineStep } from "./schema";
import { CANCELLABLE } from "./states";
import { transition } from "./transitions";

/** Takes back what waits for people who withdrew, in the transaction of `ctx`. */
export async function cancelWithdrawn(
  ctx: Ctx,
  withdrawn: readonly { contactId: string; purpose: ConsentPurpose }[],
): Promise<void> {
  const peopleOf = (purpose: ConsentPurpose) =>
    withdrawn.filter((one) => one.purpose === purpose).map(({ contactId }) => contactId);
  if (withdrawn.length === 0) return;
  const rows = await ctx.db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, ctx.organizationId),
        inArray(messages.status, [...CANCELLABLE]),
        or(
          anyOf(messages.contactId, peopleOf("all")),
          and(anyOf(messages.contactId, peopleOf("marketing")), eq(messages.purpose, "marketing")),
        ),
      ),
    )
    .orderBy(asc(messages.id))
    .for("update");
  const step: TimelineStep[] = [
    { step: "cancelled", at: ctx.now.toISOString(), source: "webhook", detail: "recipient_not_opted_in" },
  ];
  await transition(
    ctx,
    "cancel",
    rows.map(({ id }) => ({ id, step })),
  );
}
