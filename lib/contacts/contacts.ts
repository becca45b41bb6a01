import "server-only";
import { and, eq, inArray, isNull, type SQL } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { contactAddresses, contactMerges, contacts } from "@/db/schema/contacts";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { laterThan, requireUnchanged } from "@/lib/http/unchanged";
import { announce } from "@/lib/live";
import { addressIndex } from "./addresses";
import { namedAs } from "./fold";
import { type ContactRow, showContacts } from "./list";
import { resolvePeople } from "./people";
import { requirePhone } from "./require-phone";
import type { Contact, CreateContact, UpdateContact } from "./schema";

/** The contact that a number (E.164) belongs to, in whichever writing. */
export function hasPhone(ctx: Ctx, phone: string): SQL {
  return inArray(
    contacts.id,
    ctx.db
      .select({ id: contactAddresses.contactId })
      .from(contactAddresses)
      .where(
        and(
          eq(contactAddresses.organizationId, ctx.organizationId),
          eq(contactAddresses.kind, "phone"),
          eq(contactAddresses.valueIndex, addressIndex(ctx.organizationId, "phone", phone)),
        ),
      ),
  );
}

/** A contact of the organization, also by the id of one that became part of it; another organization's is `not_found`. */
export async function getContact(ctx: Ctx, id: string): Promise<Contact> {
  const row = await getContactRow(ctx, id);
  const [contact] = await showContacts(ctx, [row.id]);
  if (!contact) throw new AppError("not_found", "There is no contact with this id");
  return contact;
}

/** The same as it is stored. */
export async function getContactRow(ctx: Ctx, id: string): Promise<ContactRow> {
  const [row] = await ctx.db
    .select()
    .from(contacts)
    .where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, id)));
  if (row) return row;
  const [merge] = await ctx.db
    .select({ into: contactMerges.survivorId })
    .from(contactMerges)
    .where(
      and(eq(contactMerges.organizationId, ctx.organizationId), eq(contactMerges.mergedId, id), isNull(contactMerges.undoneAt)),
    );
  if (!merge) throw new AppError("not_found", "There is no contact with this id");
  return getContactRow(ctx, merge.into);
}

/** Throws `conflict` when the number is known already, with the contact's id in the details. */
export async function createContact(ctx: Ctx, { phoneNumber, ...fields }: CreateContact): Promise<Contact> {
  const phone = await requirePhone(ctx, phoneNumber);
  const known = (await findContacts(ctx, [phone])).get(phone);
  if (known) throw alreadyKnown(known.id);
  const row = await inTransaction(ctx, async (tx) => {
    const [id] = await resolvePeople(tx, [{ phone }]);
    const [added] = await tx.db
      .update(contacts)
      .set({ ...fields, ...namedAs(fields.name), updatedAt: tx.now })
      .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id ?? ""), eq(contacts.createdAt, tx.now)))
      .returning();
    // Somebody else made the contact in between.
    if (!added) throw alreadyKnown(id);
    await audit(tx, "contact.created", { type: "contact", id: added.id });
    await announce(tx.db, tx.organizationId, ["contacts"]);
    return added;
  });
  return getContact(ctx, row.id);
}

function alreadyKnown(contactId: string | null | undefined): AppError {
  return new AppError("conflict", "A contact with this number already exists", { details: { contactId } });
}

/**
 * Changes what is given. With the `updatedAt` that the editor saw, somebody else's change since then is not written over: throws
 * `conflict` with the contact as it is now in `details.current`.
 */
export async function updateContact(ctx: Ctx, id: string, { updatedAt, ...changes }: UpdateContact): Promise<Contact> {
  await inTransaction(ctx, async (tx) => {
    const [before] = await tx.db
      .select()
      .from(contacts)
      .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id)))
      .for("no key update");
    if (!before) throw new AppError("not_found", "There is no contact with this id");
    const fields = (["name", "language", "timeZone"] as const).filter(
      (field) => changes[field] !== undefined && changes[field] !== before[field],
    );
    if (fields.length === 0) return;
    await requireUnchanged(before.updatedAt, updatedAt, () => getContact(tx, id));
    await tx.db
      .update(contacts)
      .set({
        ...changes,
        ...(changes.name === undefined ? {} : namedAs(changes.name)),
        updatedAt: laterThan(before.updatedAt, tx.now),
      })
      .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id)));
    await audit(tx, "contact.updated", { type: "contact", id }, { fields });
    await announce(tx.db, tx.organizationId, ["contacts"]);
  });
  return getContact(ctx, id);
}

export type KnownContact = {
  id: string;
  phone: string;
  name: string | null;
  language: string | null;
  country: string | null;
  timeZone: string | null;
  marketingStoppedAt: Date | null;
};

const KNOWN = {
  id: contacts.id,
  name: contacts.name,
  language: contacts.language,
  country: contacts.country,
  timeZone: contacts.timeZone,
  marketingStoppedAt: contacts.marketingStoppedAt,
};

/** The contacts that already have one of these numbers (E.164), in one query. */
export async function findContacts(ctx: Ctx, phones: readonly string[]): Promise<Map<string, KnownContact>> {
  const indexes = new Map(phones.map((phone) => [phone, addressIndex(ctx.organizationId, "phone", phone)]));
  if (indexes.size === 0) return new Map();
  const rows = await ctx.db
    .select({ ...KNOWN, index: contactAddresses.valueIndex })
    .from(contactAddresses)
    .innerJoin(contacts, eq(contacts.id, contactAddresses.contactId))
    .where(
      and(
        eq(contactAddresses.organizationId, ctx.organizationId),
        eq(contactAddresses.kind, "phone"),
        anyOf(contactAddresses.valueIndex, [...new Set(indexes.values())]),
      ),
    );
  const byIndex = new Map(rows.map(({ index, ...row }) => [index, row]));
  const found = new Map<string, KnownContact>();
  for (const [phone, index] of indexes) {
    const row = byIndex.get(index);
    if (row) found.set(phone, { ...row, phone });
  }
  return found;
}

/** The contact of every number (E.164), made where there is none; few statements, whatever the count. */
export async function ensureContacts(ctx: Ctx, phones: readonly string[]): Promise<Map<string, KnownContact>> {
  const found = await findContacts(ctx, phones);
  const missing = [...new Set(phones)].filter((phone) => !found.has(phone));
  if (missing.length === 0) return found;
  await resolvePeople(
    ctx,
    missing.map((phone) => ({ phone })),
  );
  for (const [phone, contact] of await findContacts(ctx, missing)) found.set(phone, contact);
  return found;
}
