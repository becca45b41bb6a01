import "server-only";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { NO_CONSENT } from "./consent";
import { addConsent, type LedgerPage, readLedger } from "./consents";
import { getContactRow } from "./contacts";
import { findPeople, resolvePeople } from "./people";
import { requirePhone } from "./require-phone";
import type { ConsentEntry, ConsentLedger, ConsentQuery, RecordConsent } from "./schema";

/**
 * Writes what a person said into the ledger, by number, contact or Meta's user id; the contact is made when the number or the user id
 * is not known yet. Throws `invalid_phone_number`, `not_found` for a contact of nobody's, and `validation_failed` for a moment
 * that has not come yet.
 */
export async function recordConsent(ctx: Ctx, { phoneNumber, contactId, userId, ...said }: RecordConsent): Promise<ConsentEntry> {
  const phone = phoneNumber === undefined ? undefined : await requirePhone(ctx, phoneNumber);
  return inTransaction(ctx, async (tx) => {
    const id = contactId ?? (await resolvePeople(tx, [{ phone, userId }]))[0];
    const contact = await getContactRow(tx, id ?? "");
    return addConsent(tx, {
      ...said,
      contactId: contact.id,
      phoneNumber: phone ?? contact.phone,
      occurredAt: said.occurredAt ? new Date(said.occurredAt) : ctx.now,
    });
  });
}

/** What a person said. A number or a user id that nobody knows has an empty ledger. */
export async function consentLedger(ctx: Ctx, { phoneNumber, contactId, userId, ...page }: ConsentQuery): Promise<ConsentLedger> {
  if (contactId !== undefined) return contactLedger(ctx, contactId, page);
  const phone = phoneNumber === undefined ? null : await requirePhone(ctx, phoneNumber);
  const [known] = await findPeople(ctx, [{ phone, userId }]);
  if (!known) return { phoneNumber: phone, contactId: null, state: NO_CONSENT, data: [], nextCursor: null };
  const contact = await getContactRow(ctx, known);
  return readLedger(ctx, { id: known, phone: phone ?? contact.phone }, page);
}

/** The same for a contact of the organization. */
export async function contactLedger(ctx: Ctx, contactId: string, page: LedgerPage): Promise<ConsentLedger> {
  return readLedger(ctx, await getContactRow(ctx, contactId), page);
}
