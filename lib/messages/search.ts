import "server-only";
import { and, asc, desc, eq, gt, gte, inArray, lt, lte, type SQL, sql } from "drizzle-orm";
import { anyOf, madeBetween } from "@/db/columns";
import { contacts } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { hasPhone } from "@/lib/contacts/contacts";
import { foldName } from "@/lib/contacts/fold";
import { findContactIds } from "@/lib/contacts/list";
import { requirePhone } from "@/lib/contacts/require-phone";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { blindIndex } from "@/lib/keyring";
import { summaryOf } from "@/lib/whatsapp/content-words";
import type { FilterMessages, MessageDirection, MessageSort, MessageStatus } from "./schema";
import { CONTENT, storedContent } from "./stored-content";
import { MESSAGE_STATUSES } from "./words";

/** Written out, so that the indexes of outgoing messages serve; what others wrote is found by its one state. */
const OF_DIRECTION: Record<MessageDirection, SQL> = {
  outgoing: sql`${messages.direction} = 'outgoing'`,
  incoming: sql`${messages.status} = 'received' and ${messages.direction} = 'incoming'`,
  echo: sql`${messages.status} = 'received' and ${messages.direction} = 'echo'`,
};

/** What a query asks for: `where` everything but the search. */
export type Filter = { where: SQL; search?: Search };
type Search = {
  /** Selects the ids of the messages whose people or ids the search names. */
  named: SQL;
  isNamed: (row: { contactId: string; externalId: string | null }) => boolean;
  /** What is looked for in the texts, folded; null where the search can only be an id. */
  text: string | null;
};

export async function readFilter(ctx: Ctx, query: FilterMessages): Promise<Filter> {
  const phone = query.phoneNumber === undefined ? undefined : await requirePhone(ctx, query.phoneNumber);
  const statuses = query.status?.split(",").map(requireStatus);
  const from = query.from === undefined ? undefined : new Date(query.from);
  const to = query.to === undefined ? undefined : new Date(query.to);
  const ofPerson = phone
    ? ctx.db
        .select({ id: contacts.id })
        .from(contacts)
        .where(and(eq(contacts.organizationId, ctx.organizationId), hasPhone(ctx, phone)))
    : undefined;
  const where = all(
    eq(messages.organizationId, ctx.organizationId),
    OF_DIRECTION[query.direction],
    statuses ? inArray(messages.status, statuses) : undefined,
    ofPerson ? eq(messages.contactId, ofPerson) : undefined,
    query.integrationId ? eq(messages.integrationId, query.integrationId) : undefined,
    query.contactId ? eq(messages.contactId, query.contactId) : undefined,
    query.externalId ? eq(messages.externalId, query.externalId) : undefined,
    query.template ? eq(messages.templateName, query.template) : undefined,
    from ? gte(messages.createdAt, from) : undefined,
    to ? lte(messages.createdAt, to) : undefined,
    madeBetween(messages.id, "msg", from, to),
  );
  if (query.search === undefined) return { where };
  return { where, search: await readSearch(ctx, query.search.trim()) };
}

const all = (...conditions: (SQL | undefined)[]): SQL => and(...conditions) ?? sql`true`;

/** A name that very many have finds the messages of so many of them. */
const MOST_PEOPLE = 1_000;

/** An id can be nothing else; everything else may be a person, a reference of the sender's or a part of a text. */
async function readSearch(ctx: Ctx, search: string): Promise<Search> {
  const ours = eq(messages.organizationId, ctx.organizationId);
  const only = (is: SQL): Search => ({
    named: sql`select ${messages.id} as id from ${messages} where ${all(ours, is)}`,
    isNamed: () => true,
    text: null,
  });
  if (/^msg_[0-9A-Za-z]{26}$/.test(search)) return only(eq(messages.id, search));
  if (/^wamid\./i.test(search)) return only(eq(messages.wamidIndex, blindIndex("messages.wamid", search)));
  const people = await findContactIds(ctx, search, MOST_PEOPLE);
  const isPerson = new Set(people);
  return {
    named: sql`
      select ${messages.id} as id from ${messages} where ${all(ours, eq(messages.externalId, search))}
      union select ${messages.id} as id from ${messages} where ${all(ours, anyOf(messages.contactId, people))}`,
    isNamed: ({ contactId, externalId }) => externalId === search || isPerson.has(contactId),
    text: foldName(search) || null,
  };
}

type Asked = { sort: MessageSort; limit: number; cursor?: string | undefined };
type FoundIds = { ids: string[]; nextCursor: string | null };
/** Before the id up to which texts were read, in the cursor of a page of texts. */
const OF_TEXT = "text:";

/** The ids of one page. Of a search, people and ids come first, through all messages; then what the texts say. */
export async function findIds(ctx: Ctx, filter: Filter, asked: Asked): Promise<FoundIds> {
  const isOfText = asked.cursor?.startsWith(OF_TEXT) ?? false;
  const named: FoundIds = isOfText ? { ids: [], nextCursor: null } : await findNamed(ctx, filter, asked);
  if (named.nextCursor !== null || !filter.search?.text) return named;
  const room = asked.limit - named.ids.length;
  // The texts' own pages begin where those of people and ids ended.
  if (room === 0) return { ids: named.ids, nextCursor: OF_TEXT };
  const cursor = (isOfText && asked.cursor?.slice(OF_TEXT.length)) || undefined;
  const { ids, readUpTo } = await scanTexts(ctx, filter, { sort: asked.sort, limit: room, cursor });
  return { ids: [...named.ids, ...ids], nextCursor: readUpTo === null ? null : `${OF_TEXT}${readUpTo}` };
}

const beyond = (cursor: string | undefined, sort: MessageSort) =>
  cursor === undefined ? undefined : sort === "createdAt" ? gt(messages.id, cursor) : lt(messages.id, cursor);
const inOrder = (sort: MessageSort) => (sort === "createdAt" ? asc(messages.id) : desc(messages.id));

/** What to select from, so that what a search names is found by its own indexes and not by walking through the list. */
export const fromNamed = ({ search }: Filter): SQL =>
  search ? sql`(${search.named} offset 0) named join ${messages} on ${messages.id} = named.id` : sql`${messages}`;

async function findNamed(ctx: Ctx, filter: Filter, { sort, limit, cursor }: Asked): Promise<FoundIds> {
  const rows = await ctx.db.execute<{ id: string }>(sql`
    select ${messages.id} as id from ${fromNamed(filter)} where ${all(filter.where, beyond(cursor, sort))}
    order by ${inOrder(sort)} limit ${limit + 1}`);
  const ids = rows.slice(0, limit).map(({ id }) => id);
  return { ids, nextCursor: rows.length > limit ? (ids.at(-1) ?? null) : null };
}

/** Deciphering takes some microseconds each: a page reads this far back, and the next one goes on from there. */
const MOST_READ = 20_000;
const READ_AT_ONCE = 2_000;

/**
 * Messages whose text holds what is looked for, from the cursor on. Texts are encrypted and nothing of them is indexed: an index of
 * their words would tell, from the database alone, who was written what. `readUpTo`: where the next page goes on; null: at the end.
 */
export async function scanTexts(
  ctx: Ctx,
  { where, search }: Filter,
  asked: Asked,
): Promise<{ ids: string[]; readUpTo: string | null }> {
  const ids: string[] = [];
  let { cursor } = asked;
  const text = search?.text;
  if (!search || !text) return { ids, readUpTo: null };
  for (let read = 0; read < MOST_READ; read += READ_AT_ONCE) {
    const rows = await ctx.db
      .select({
        ...CONTENT,
        id: messages.id,
        purpose: messages.purpose,
        contactId: messages.contactId,
        externalId: messages.externalId,
      })
      .from(messages)
      .where(and(where, beyond(cursor, asked.sort)))
      .orderBy(inOrder(asked.sort))
      .limit(READ_AT_ONCE);
    for (const row of rows) {
      cursor = row.id;
      // A one-time code is shown to nobody, so nobody finds out by guessing it.
      if (search.isNamed(row) || row.purpose === "authentication") continue;
      if (!foldName(summaryOf(storedContent(row))).includes(text)) continue;
      ids.push(row.id);
      if (ids.length === asked.limit) return { ids, readUpTo: row.id };
    }
    if (rows.length < READ_AT_ONCE) return { ids, readUpTo: null };
  }
  return { ids, readUpTo: cursor ?? null };
}

function requireStatus(word: string): MessageStatus {
  const status = MESSAGE_STATUSES.find((known) => known === word);
  if (!status)
    throw new AppError("validation_failed", `"${word}" is not a status`, {
      details: [{ path: "status", message: `Use one of: ${MESSAGE_STATUSES.join(", ")}` }],
    });
  return status;
}
