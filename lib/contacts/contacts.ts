import "server-only";
import { and, desc, eq, gt, ilike, inArray, lt, type SQL, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { contactAddresses, contacts, conversations } from "@/db/schema/contacts";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, toPage } from "@/lib/http/paging";
import { announce } from "@/lib/live";
import { toE164 } from "@/lib/phone";
import { inTurn } from "@/lib/turns";
import { SERVICE_WINDOW_MS, windowClosesAt } from "@/lib/whatsapp/window";
import { addressIndex } from "./addresses";
import { NO_CONSENT } from "./consent";
import { consentStates } from "./consents";
import { resolvePeople } from "./people";
import { requirePhone } from "./require-phone";
import type { Contact, CreateContact, ListContacts, UpdateContact } from "./schema";

type ContactRow = typeof contacts.$inferSelect;

/** Newest first. Searches a whole number, or else a part of the name. */
export async function listContacts(ctx: Ctx, query: ListContacts): Promise<Page<Contact>> {
  return inTurn(ctx, (turn) => readContacts(turn, query));
}

async function readContacts(ctx: Ctx, query: ListContacts): Promise<Page<Contact>> {
  const found = await selectContacts(ctx, query);
  const shown = new Map((await toContacts(ctx, found.slice(0, query.limit))).map((contact) => [contact.id, contact]));
  return toPage(found, query.limit, (row) => {
    const contact = shown.get(row.id);
    if (!contact) throw new Error("A contact of the page is missing.");
    return contact;
  });
}

async function selectContacts(ctx: Ctx, query: ListContacts): Promise<ContactRow[]> {
  const find = (searched: SQL | undefined) =>
    ctx.db
      .select()
      .from(contacts)
      .where(
        and(
          eq(contacts.organizationId, ctx.organizationId),
          searched,
          query.consent ? sql`${MARKETING_CONSENT} = ${query.consent}` : undefined,
          query.cursor ? lt(contacts.id, query.cursor) : undefined,
        ),
      )
      .orderBy(desc(contacts.id))
      .limit(query.limit + 1);
  if (query.search === undefined) return find(undefined);
  // Asked in one condition, a number would be looked for in everybody's name.
  const phone = toE164(query.search);
  const known = phone ? await find(hasPhone(ctx, phone)) : [];
  return known.length > 0 ? known : find(isNamed(query.search));
}

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

/** The entry of the ledger that decides marketing today; the same rule as `deriveConsent`. */
const MARKETING_CONSENT = sql`coalesce((
  select c.status from consents c
  where c.contact_id = ${contacts.id} and c.organization_id = ${contacts.organizationId} and c.purpose in ('all', 'marketing')
  order by date_trunc('second', c.occurred_at) desc, c.recorded_at desc, c.id desc limit 1), 'none')`;

function isNamed(search: string): SQL {
  const part = `%${oneI(search.trim()).replace(/[\\%_]/g, "\\$&")}%`;
  return ilike(sql`translate(${contacts.name}, 'ıİI', 'iii')`, part);
}

/** Turkish has two letters i, and which one is the other's capital depends on the language: a search takes them for one. */
function oneI(text: string): string {
  return text.replace(/[ıİI]/g, "i");
}

export async function getContact(ctx: Ctx, id: string): Promise<Contact> {
  return toContact(ctx, await getContactRow(ctx, id));
}

/** A contact of the organization; another organization's is `not_found`. */
export async function getContactRow(ctx: Ctx, id: string): Promise<ContactRow> {
  const [row] = await ctx.db
    .select()
    .from(contacts)
    .where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, id)));
  if (!row) throw new AppError("not_found", "There is no contact with this id");
  return row;
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
      .set({ ...fields, updatedAt: tx.now })
      .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id ?? ""), eq(contacts.createdAt, tx.now)))
      .returning();
    // Somebody else made the contact in between.
    if (!added) throw alreadyKnown(id);
    await audit(tx, "contact.created", { type: "contact", id: added.id });
    await announce(tx.db, tx.organizationId, ["contacts"]);
    return added;
  });
  return toContact(ctx, row);
}

function alreadyKnown(contactId: string | null | undefined): AppError {
  return new AppError("conflict", "A contact with this number already exists", { details: { contactId } });
}

export async function updateContact(ctx: Ctx, id: string, changes: UpdateContact): Promise<Contact> {
  const row = await inTransaction(ctx, async (tx) => {
    const [changed] = await tx.db
      .update(contacts)
      .set({ ...changes, updatedAt: tx.now })
      .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id)))
      .returning();
    if (!changed) throw new AppError("not_found", "There is no contact with this id");
    await audit(tx, "contact.updated", { type: "contact", id }, { fields: Object.keys(changes) });
    await announce(tx.db, tx.organizationId, ["contacts"]);
    return changed;
  });
  return toContact(ctx, row);
}

async function toContact(ctx: Ctx, row: ContactRow): Promise<Contact> {
  const [contact] = await toContacts(ctx, [row]);
  if (!contact) throw new Error("A contact could not be shown.");
  return contact;
}

async function toContacts(ctx: Ctx, rows: readonly ContactRow[]): Promise<Contact[]> {
  const ids = rows.map((row) => row.id);
  const [states, heard] = await Promise.all([consentStates(ctx, ids), lastHeard(ctx, ids)]);
  return rows.map((row) => {
    const closes = windowClosesAt(heard.get(row.id), ctx.now);
    return {
      id: row.id,
      phoneNumber: row.phone,
      name: row.name,
      language: row.language,
      country: row.country,
      timeZone: row.timeZone,
      consent: states.get(row.id) ?? NO_CONSENT,
      marketingStoppedAt: row.marketingStoppedAt?.toISOString() ?? null,
      windowClosesAt: closes && closes > ctx.now ? closes.toISOString() : null,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  });
}

/** When each person last wrote to any of the organization's numbers, if that can still hold a window open. */
async function lastHeard(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Date>> {
  if (contactIds.length === 0) return new Map();
  const rows = await ctx.db
    .select({
      contactId: conversations.contactId,
      at: sql<Date>`max(${conversations.lastInboundAt})`.mapWith(conversations.lastInboundAt),
    })
    .from(conversations)
    .where(
      and(
        eq(conversations.organizationId, ctx.organizationId),
        inArray(conversations.contactId, [...contactIds]),
        gt(conversations.lastInboundAt, new Date(ctx.now.getTime() - SERVICE_WINDOW_MS)),
      ),
    )
    .groupBy(conversations.contactId);
  return new Map(rows.map((row) => [row.contactId, row.at]));
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
