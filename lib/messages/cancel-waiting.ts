import "server-only";
import { and, asc, eq, inArray, or } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { messages } from "@/db/schema/messages";
import { type MarketingWord, noteMarketingWords } from "@/lib/contacts/marketing-stop";
import type { ConsentPurpose } from "@/lib/contacts/schema";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { announceSoon } from "@/lib/live";
import type { TimelineStep } from "./schema";
import { CANCELLABLE } from "./states";
import { transition } from "./transitions";

const TEMPLATE_PURPOSES = ["marketing", "utility", "authentication"] as const;

type Why = { source?: TimelineStep["source"]; reason?: "recipient_not_opted_in" | "recipient_opted_out_at_meta" };

/** Takes back what waits for people who withdrew, for the purpose that they withdrew from, in the transaction of `ctx`. */
export async function cancelWithdrawn(
  ctx: Ctx,
  withdrawn: readonly { contactId: string; purpose: ConsentPurpose }[],
  { source = "webhook", reason = "recipient_not_opted_in" }: Why = {},
): Promise<void> {
  if (withdrawn.length === 0) return;
  const people = (purpose: ConsentPurpose) =>
    withdrawn.filter((one) => one.purpose === purpose).map(({ contactId }) => contactId);
  const rows = await ctx.db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, ctx.organizationId),
        inArray(messages.status, [...CANCELLABLE]),
        eq(messages.confirmsStop, false),
        or(
          anyOf(messages.contactId, people("all")),
          ...TEMPLATE_PURPOSES.map((purpose) => and(anyOf(messages.contactId, people(purpose)), eq(messages.purpose, purpose))),
        ),
      ),
    )
    .orderBy(asc(messages.id))
    .for("update");
  if (rows.length === 0) return;
  const step: TimelineStep[] = [{ step: "cancelled", at: ctx.now.toISOString(), source, detail: reason }];
  await transition(
    ctx,
    "cancel",
    rows.map(({ id }) => ({ id, step })),
  );
  announceSoon(ctx.organizationId, ["messages"]);
}

/** Meta told that these people stopped offers in WhatsApp: offers that wait for them are taken back with it. */
export async function obeyMarketingWords(ctx: Ctx, words: readonly MarketingWord[]): Promise<void> {
  if (words.length === 0) return;
  await inTransaction(ctx, async (tx) => {
    const stopped = await noteMarketingWords(tx, words);
    await cancelWithdrawn(
      tx,
      stopped.map(({ contactId }) => ({ contactId, purpose: "marketing" })),
      { reason: "recipient_opted_out_at_meta" },
    );
  });
}
