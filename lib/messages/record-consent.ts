import "server-only";
import { consentStates } from "@/lib/contacts/consents";
import { recordConsent } from "@/lib/contacts/ledger";
import type { ConsentEntry, RecordConsent } from "@/lib/contacts/schema";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { cancelWithdrawn } from "./cancel-waiting";
import { dropConfirmations } from "./confirm-stops";

/** Writes what a person said into the ledger. What waits for somebody who withdrew by it does not leave any more. */
export async function recordWord(ctx: Ctx, said: RecordConsent): Promise<ConsentEntry> {
  return inTransaction(ctx, async (tx) => {
    const entry = await recordConsent(tx, said);
    if (entry.status === "opted_in") {
      await dropConfirmations(tx, [entry.contactId]);
      return entry;
    }
    const { contactId, purpose } = entry;
    const state = (await consentStates(tx, [contactId])).get(contactId);
    const withdrawn = (["marketing", "utility", "authentication"] as const).filter((one) => state?.[one] === "opted_out");
    const isAll = withdrawn.length === 3;
    await cancelWithdrawn(
      tx,
      (isAll ? (["all"] as const) : withdrawn.filter((one) => purpose === "all" || purpose === one)).map((one) => ({
        contactId,
        purpose: one,
      })),
      { source: ctx.actor.type === "user" ? "console" : "api" },
    );
    return entry;
  });
}
