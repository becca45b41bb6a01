import "server-only";
import { and, eq, gt, inArray, type SQL, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { contactAddresses, contacts, conversations } from "@/db/schema/contacts";
import { organizations } from "@/db/schema/organizations";
import { csvLine } from "@/lib/csv";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import type { Page } from "@/lib/http/paging";
import { suggestE164, toE164 } from "@/lib/phone";
import { inTurn } from "@/lib/turns";
import { SERVICE_WINDOW_MS, windowClosesAt } from "@/lib/whatsapp/window";
import { toConsentState } from "./consents";
import { foldName, gramsOf } from "./fold";
import { findPeople, type Named } from "./people";
import type { Contact, ContactSort, Count, ExportContacts, FilterContacts, ListContacts } from "./schema";

export type ContactRow = typeof contacts.$inferSelect;

/** One page of the contacts that match, in the order asked for. */
export async function listContacts(ctx: Ctx, query: ListContacts): Promise<Page<Contact>> {
  return inTurn(ctx, (turn) => readPage(turn, query));
}

async function readPage(ctx: Ctx, query: ListContacts): Promise<Page<Contact>> {
  const found = await findIds(ctx, await readFilter(ctx, query), query.sort, query.cursor, query.limit + 1);
  const shown = await showContacts(
    ctx,
    found.slice(0, query.limit).map(({ id }) => id),
  );
  const last = found[query.limit - 1];
  return { data: shown, nextCursor: found.length > query.limit && last ? cursorOf(query.sort, last) : null };
}

/** The newest people that a search means, for lists of what belongs to people. */
export async function findContactIds(ctx: Ctx, search: string, limit: number): Promise<string[]> {
  const found = await findIds(ctx, await readFilter(ctx, { search }), "-createdAt", undefined, limit);
  return found.map(({ id }) => id);
}

/** The most that is counted one by one: beyond it "at least so many" costs as much as one may wait for. */
const MOST_COUNTED = 1_000_000;

export async function countContacts(ctx: Ctx, query: FilterContacts): Promise<Count> {
  return inTurn(ctx, (turn) => count(turn, query));
}

async function count(ctx: Ctx, query: FilterContacts): Promise<Count> {
  const filter = await readFilter(ctx, query);
  const [row] = await ctx.db.execute<{ count: number }>(
    sql`select count(*)::int as count from (select 1 from contacts c where ${conditions(ctx, filter)} limit ${MOST_COUNTED}) counted`,
  );
  const found = row?.count ?? 0;
  return { count: found, isExact: found < MOST_COUNTED };
}

const EXPORTED_AT_ONCE = 500;

/** All that match as lines of CSV, read part by part: what is added meanwhile may be in it or not, nothing is in it twice. */
export async function* exportContacts(ctx: Ctx, { sort, ...query }: ExportContacts): AsyncGenerator<string> {
  const filter = await readFilter(ctx, query);
  yield csvLine([
    "id",
    "phoneNumber",
    "userId",
    "name",
    "language",
    "country",
    "timeZone",
    "marketing",
    "utility",
    "authentication",
    "marketingStoppedAt",
    "createdAt",
  ]);
  for (let cursor: string | undefined; ; ) {
    const found = await findIds(ctx, filter, sort, cursor, EXPORTED_AT_ONCE);
    const last = found.at(-1);
    if (!last) return;
    const rows = await showContacts(
      ctx,
      found.map(({ id }) => id),
    );
    yield rows
      .map(({ consent, ...c }) =>
        csvLine([
          c.id,
          c.phoneNumber,
          c.userId,
          c.name,
          c.language,
          c.country,
          c.timeZone,
          consent.marketing,
          consent.utility,
          consent.authentication,
          c.marketingStoppedAt,
          c.createdAt,
        ]),
      )
      .join("");
    if (found.length < EXPORTED_AT_ONCE) return;
    cursor = cursorOf(sort, last);
  }
}

type Filter = { id?: string; words: string[]; consent?: SQL };
type Found = { id: string; folded: string };

async function readFilter(ctx: Ctx, { search, consent, purpose = "marketing" }: FilterContacts): Promise<Filter> {
  const filter: Filter = { words: [], ...(consent ? { consent: sql`${CONSENT_COLUMN[purpose]} = ${consent}` } : {}) };
  const text = search?.trim();
  if (!text) return filter;
  // Asked in one condition, a number would be looked for in everybody's name.
  const named = await readNaming(ctx, text);
  const [id] = named ? await findPeople(ctx, [named]) : [];
  if (id) return { ...filter, id };
  const words = foldName(text).split(" ").filter(Boolean);
  // What folds to nothing finds nobody, not everybody.
  return words.length > 0 ? { ...filter, words } : { ...filter, id: "" };
}

const CONSENT_COLUMN = {
  marketing: sql`c.consent_marketing`,
  utility: sql`c.consent_utility`,
  authentication: sql`c.consent_authentication`,
};

/** A number in any writing that its country or the organization's own understands, a user id, or a username. */
async function readNaming(ctx: Ctx, text: string): Promise<Named | null> {
  if (text.startsWith("@")) return { username: text.slice(1) };
  if (/^[A-Z]{2}\.\w+$/.test(text)) return { userId: text };
  const international = toE164(text);
  if (international) return { phone: international };
  if (!/^\+?[\d\s().-]{6,}$/.test(text)) return null;
  // Meta's own names of people are not judged: whom Meta named is found, whatever the phone library says.
  const digits = text.replace(/\D/g, "");
  if (text.startsWith("+")) return { waId: digits };
  const [row] = await ctx.db
    .select({ country: sql<string>`${organizations.settings} ->> 'country'` })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  const phone = suggestE164(text, row?.country ?? "");
  return phone ? { phone } : { waId: digits };
}

function conditions(ctx: Ctx, { id, words, consent }: Filter): SQL {
  const parts = [
    sql`c.organization_id = ${ctx.organizationId}`,
    ...(id === undefined ? [] : [sql`c.id = ${id}`]),
    ...(words.length > 0 ? [sql`contact_name_grams(c.name_folded) @> ${sql.param(gramsOf(words))}::text[]`] : []),
    ...words.map(holdsWord),
    ...(consent ? [consent] : []),
  ];
  return sql.join(parts, sql` and `);
}

/** Three letters and more are looked for anywhere, fewer at the beginning of a word. */
function holdsWord(word: string): SQL {
  const part = word.replace(/[\\%_]/g, "\\$&");
  return [...word].length < 3 ? sql`' ' || c.name_folded like ${`% ${part}%`}` : sql`c.name_folded like ${`%${part}%`}`;
}

/** How many of the list's first rows are tried before the index of the names is asked: a name that many have is among them. */
const TRIED_FIRST = 3_000;

/**
 * The ids of one page. A common name is found by walking the list from its beginning, a rare one by the index of the letters; which of
 * the two a name is shows itself after a few milliseconds, and no estimate of the planner's decides it.
 */
async function findIds(ctx: Ctx, filter: Filter, sort: ContactSort, cursor: string | undefined, limit: number): Promise<Found[]> {
  const { order, after } = orderOf(sort, cursor);
  const where = after ? sql`${conditions(ctx, filter)} and ${after}` : conditions(ctx, filter);
  if (filter.words.length === 0) {
    return ctx.db.execute<Found>(
      sql`select c.id, c.name_folded as folded from contacts c where ${where} order by ${order} limit ${limit}`,
    );
  }
  const { words, consent } = filter;
  const matches = sql.join([...words.map(holdsWord), ...(consent ? [consent] : [])], sql` and `);
  const near = await ctx.db.execute<Found>(sql`
    select c.id, c.name_folded as folded from (
      select * from contacts c where c.organization_id = ${ctx.organizationId}${after ? sql` and ${after}` : sql``} order by ${order} limit ${TRIED_FIRST}) c
    where ${matches} order by ${order} limit ${limit}`);
  if (near.length === limit) return near;
  return ctx.db.execute<Found>(sql`
    with named as materialized (select c.* from contacts c where ${where})
    select c.id, c.name_folded as folded from named c order by ${order} limit ${limit}`);
}

/** People without a name stand at the end of the names, from either side of the alphabet they begin. */
function orderOf(sort: ContactSort, cursor: string | undefined): { order: SQL; after: SQL | undefined } {
  if (sort === "createdAt" || sort === "-createdAt") {
    const isUp = sort === "createdAt";
    return {
      order: isUp ? sql`c.id` : sql`c.id desc`,
      after: cursor === undefined ? undefined : isUp ? sql`c.id > ${cursor}` : sql`c.id < ${cursor}`,
    };
  }
  const isUp = sort === "name";
  const key = sql`(c.name_folded = ''), c.name_folded collate "C", c.id`;
  const order = isUp ? key : sql`(c.name_folded = '') desc, c.name_folded collate "C" desc, c.id desc`;
  if (cursor === undefined) return { order, after: undefined };
  const { id, folded } = readCursor(cursor);
  const edge = sql`(${folded === ""}::boolean, ${folded}::text collate "C", ${id}::text)`;
  return { order, after: isUp ? sql`(${key}) > ${edge}` : sql`(${key}) < ${edge}` };
}

function cursorOf(sort: ContactSort, { id, folded }: Found): string {
  return sort.endsWith("name") ? Buffer.from(JSON.stringify([folded, id])).toString("base64url") : id;
}

function readCursor(cursor: string): Found {
  try {
    const [folded, id] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (typeof folded === "string" && typeof id === "string") return { folded, id };
  } catch {}
  throw new AppError("validation_failed", "The cursor is not one of this list", {
    details: [{ path: "cursor", message: "Use the nextCursor of the page before, in the same order" }],
  });
}

/** The contacts with these ids as the API shows them, in this order. */
export async function showContacts(ctx: Ctx, ids: readonly string[]): Promise<Contact[]> {
  if (ids.length === 0) return [];
  const [rows, addresses, heard] = await Promise.all([
    ctx.db
      .select()
      .from(contacts)
      .where(and(eq(contacts.organizationId, ctx.organizationId), anyOf(contacts.id, ids))),
    ctx.db
      .select({ contactId: contactAddresses.contactId, kind: contactAddresses.kind, value: contactAddresses.value })
      .from(contactAddresses)
      .where(and(eq(contactAddresses.organizationId, ctx.organizationId), anyOf(contactAddresses.contactId, ids)))
      .orderBy(contactAddresses.kind, contactAddresses.valueIndex),
    lastHeard(ctx, ids),
  ]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (!row) return [];
    const closes = windowClosesAt(heard.get(id), ctx.now);
    return {
      id,
      phoneNumber: row.phone,
      userId: row.userId,
      addresses: addresses.filter(({ contactId }) => contactId === id).map(({ kind, value }) => ({ kind, value })),
      name: row.name,
      language: row.language,
      country: row.country,
      timeZone: row.timeZone,
      consent: toConsentState(row),
      marketingStoppedAt: row.marketingStoppedAt?.toISOString() ?? null,
      windowClosesAt: closes && closes > ctx.now ? closes.toISOString() : null,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    };
  });
}

/** When each person last wrote to any of the organization's numbers, if that can still hold a window open. */
async function lastHeard(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Date>> {
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
        sql`(${conversations.closedAt} is null or ${conversations.lastInboundAt} > ${conversations.closedAt})`,
      ),
    )
    .groupBy(conversations.contactId);
  return new Map(rows.map((row) => [row.contactId, row.at]));
}
