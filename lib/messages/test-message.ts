import "server-only";
import { sql } from "drizzle-orm";
import { addConsent } from "@/lib/contacts/consents";
import { ensureContacts } from "@/lib/contacts/contacts";
import { requirePhone } from "@/lib/contacts/require-phone";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { announceSoon } from "@/lib/live";
import { countAccepted } from "@/lib/metrics";
import { allows } from "@/lib/organizations/permissions";
import { wake } from "@/lib/wake";
import { allowanceOf, reserveAllowance } from "./allowance";
import { allowanceUsedUp, askGate, type Passed } from "./gate";
import { claimKeys, earlierAnswer, hashOf, idempotencyKey } from "./idempotency";
import { type Accepted, PRIORITY, type SendTestMessage } from "./schema";
import { refusal } from "./send";
import { storeMessages } from "./store";

/**
 * Sends the first message of a setup. The consent it needs is written with it, in one transaction: one entry, for this
 * message's purpose and never for marketing, none when the person has one, and none when the message is refused. What the
 * person refused before stays refused. A virtual phone wakes nobody, so in the sandbox the message does not wait for opening
 * hours. The same Idempotency-Key gives the same answer.
 */
export async function sendTestMessage(ctx: Ctx, input: SendTestMessage, headerKey: string | null): Promise<Accepted> {
  if (!allows(ctx.scopes, "contacts:write")) {
    throw new AppError("forbidden", "You need the permission contacts:write to do this");
  }
  const key = idempotencyKey(undefined, headerKey);
  const claim = key === null ? null : { key, requestHash: hashOf(input) };
  const phone = await requirePhone(ctx, input.phoneNumber);
  const { accepted, isNew } = await inTransaction(ctx, async (tx) => {
    // One after the other: a second click finds the first one's answer.
    await tx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`test-message:${ctx.organizationId}`}, 0))`);
    const earlier = claim && (await earlierAnswer<Accepted>(tx, claim));
    if (earlier) return { accepted: earlier, isNew: false };
    const passed = await agreeAndAsk(tx, input, phone);
    const id = newId("msg");
    const fresh: Accepted = {
      id,
      status: passed.scheduledFor ? "scheduled" : "queued",
      ...(passed.scheduledFor ? { scheduledFor: passed.scheduledFor.toISOString() } : {}),
      integrationId: passed.integration.id,
    };
    if (claim) await claimKeys(tx, [{ ...claim, response: fresh }]);
    if (passed.outsideWindow && passed.allowanceLeft !== null) {
      const waiting = await reserveAllowance(tx, passed.integration, [{ id, contactId: passed.contactId }]);
      if (waiting.size > 0) throw refusal([allowanceUsedUp(await allowanceOf(tx, passed.integration), tx.now)]);
    }
    await storeMessages(tx, [{ ctx, id, passed }]);
    return { accepted: fresh, isNew: true };
  });
  if (!isNew) return accepted;
  announceSoon(ctx.organizationId, ["messages"]);
  countAccepted(accepted.integrationId);
  if (accepted.status === "queued") {
    wake({ kind: "messages", integrationId: accepted.integrationId, organizationId: ctx.organizationId });
  }
  return accepted;
}

/** Throws the gate's reasons, which undoes the consent again. */
async function agreeAndAsk(tx: Ctx, { wording, ...wish }: SendTestMessage, phone: string): Promise<Passed> {
  const contact = (await ensureContacts(tx, [phone])).get(phone);
  if (!contact) throw new Error("A contact could not be made.");
  const [before] = await askGate(tx, [{ wish }]);
  const lacksConsent = before?.reasons.some(
    ({ code, details }) => code === "recipient_not_opted_in" && isUnaskedUtility(details),
  );
  if (lacksConsent) {
    await addConsent(tx, {
      contactId: contact.id,
      phoneNumber: phone,
      purpose: "utility",
      status: "opted_in",
      source: "setup",
      wording,
      occurredAt: tx.now,
    });
  }
  const [verdict] = lacksConsent ? await askGate(tx, [{ wish }]) : [before];
  if (!verdict?.passed) throw refusal(verdict?.reasons ?? []);
  const { passed } = verdict;
  // What goes before everything else does not wait for hours when it is asked again at departure either.
  return passed.integration.sandbox ? { ...passed, scheduledFor: null, priority: PRIORITY.reply } : passed;
}

/** The gate's word that nothing was ever said about this purpose. A refusal is a word, and only the person takes it back. */
function isUnaskedUtility(details: unknown): boolean {
  if (typeof details !== "object" || details === null || !("purpose" in details) || !("consent" in details)) return false;
  const { purpose, consent } = details;
  return (
    purpose === "utility" && typeof consent === "object" && consent !== null && "utility" in consent && consent.utility === "none"
  );
}
