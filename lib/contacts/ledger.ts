import "server-only";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { NO_CONSENT } from "./consent";
import { addConsent, type LedgerPage, readLedger } from "./consents";
import { ensureContacts, findContacts, getContactRow } from "./contacts";
import { requirePhone } from "./require-phone";
import type { ConsentEntry, ConsentLedger, ConsentQuery, RecordConsent } from "./schema";

/**
 * Writes what a person said into the ledger, by phone number; the contact is made when it is not known yet. Throws
 * `invalid_phone_number`, and `validation_failed` for a moment that has not come yet.
 */
export async function recordConsent(ctx: Ctx, input: RecordConsent): Promise<ConsentEntry> {
  const phone = await requirePhone(ctx, input.phoneNumber);
  return inTransaction(ctx, async (tx) => {
    const contact = (await ensureContacts(tx, [phone])).get(phone);
    if (!contact) throw new Error("A contact that was just ensured is missing.");
    return addConsent(tx, {
      ...input,
      contactId: contact.id,
      phoneNumber: phone,
      occurredAt: input.occurredAt ? new Date(input.occurredAt) : ctx.now,
    });
  });
}

/** What a person said, by phone number. A number nobody knows has an empty ledger. */
export async function consentLedger(ctx: Ctx, { phoneNumber, ...page }: ConsentQuery): Promise<ConsentLedger> {
  const phone = await requirePhone(ctx, phoneNumber);
  const contact = (await findContacts(ctx, [phone])).get(phone);
  if (!contact) return { phoneNumber: phone, contactId: null, state: NO_CONSENT, data: [], nextCursor: null };
  return readLedger(ctx, { id: contact.id, phone }, page);
}

/** The same for a contact of the organization. */
export async function contactLedger(ctx: Ctx, contactId: string, page: LedgerPage): Promise<ConsentLedger> {
  return readLedger(ctx, await getContactRow(ctx, contactId), page);
}
