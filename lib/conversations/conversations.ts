import "server-only";
import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { anyOf } from "@/db/columns";
import { contacts, conversations } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { users } from "@/db/schema/organizations";
import { findContactIds } from "@/lib/contacts/list";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import type { Page } from "@/lib/http/paging";
import { announceSoon } from "@/lib/live";
import { findMessages, listConversationMessages } from "@/lib/messages/messages";
import type { Message } from "@/lib/messages/schema";
import { openUntil } from "@/lib/whatsapp/window";
import type { Conversation, Label, ListConversations } from "./schema";

const latest = alias(messages, "latest");

const COLUMNS = {
  id: conversations.id,
  integrationId: conversations.integrationId,
  integrationName: integrations.name,
  contactId: conversations.contactId,
  contactName: contacts.name,
  phone: contacts.phone,
  state: conversations.state,
  snoozedUntil: conversations.snoozedUntil,
  answeredBy: conversations.answeredBy,
  assigneeId: users.id,
  assigneeName: users.name,
  labels: sql<
    Label[]
  >`(select coalesce(jsonb_agg(jsonb_build_object('id', l.id, 'name', l.name, 'colour', l.colour) order by lower(l.name)), '[]')
    from conversation_labels cl join labels l on l.id = cl.label_id where cl.conversation_id = ${conversations.id})`,
  unread: conversations.unread,
  lastActivityAt: conversations.lastActivityAt,
  lastInboundAt: conversations.lastInboundAt,
  closedAt: conversations.closedAt,
  freeEntryUntil: conversations.freeEntryUntil,
  // The newest row of the pair is asked for where it is shown, so that no message has to write it down.
  lastMessageId: sql<string | null>`(select ${latest.id} from ${messages} ${sql.identifier("latest")}
    where ${latest.contactId} = ${conversations.contactId} and ${latest.integrationId} = ${conversations.integrationId} and ${latest.groupId} is null
    order by ${latest.id} desc limit 1)`,
  lastAnswerId: sql<string | null>`(select ${latest.id} from ${messages} ${sql.identifier("latest")}
    where ${latest.contactId} = ${conversations.contactId} and ${latest.integrationId} = ${conversations.integrationId} and ${latest.groupId} is null
      and ${latest.direction} <> 'incoming' order by ${latest.id} desc limit 1)`,
};

type Row = {
  id: string;
  integrationId: string;
  integrationName: string;
  contactId: string;
  contactName: string | null;
  phone: string | null;
  state: Conversation["state"];
  snoozedUntil: Date | null;
  answeredBy: Conversation["answeredBy"];
  assigneeId: string | null;
  assigneeName: string | null;
  labels: Label[];
  unread: number;
  lastActivityAt: Date;
  lastInboundAt: Date | null;
  closedAt: Date | null;
  freeEntryUntil: Date | null;
  lastMessageId: string | null;
  lastAnswerId: string | null;
};

/** A search means at most so many people: whoever types a name wants one of them. */
const MOST_PEOPLE = 500;

/** The organization's conversations, the one with the latest activity first. */
export async function listConversations(ctx: Ctx, query: ListConversations): Promise<Page<Conversation>> {
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const people = query.search === undefined ? undefined : await findContactIds(ctx, query.search, MOST_PEOPLE);
  const rows = await select(
    ctx,
    and(
      people && anyOf(conversations.contactId, people),
      query.integrationId ? eq(conversations.integrationId, query.integrationId) : undefined,
      query.contactId ? eq(conversations.contactId, query.contactId) : undefined,
      query.unread ? sql`${conversations.unread} > 0` : undefined,
      query.state && inState(ctx, query.state),
      query.assignee === undefined ? undefined : assignedTo(ctx, query.assignee),
      query.labelId ? hasLabel(query.labelId) : undefined,
      after && sql`(${conversations.lastActivityAt}, ${conversations.id}) < (${after.at}::timestamptz, ${after.id})`,
    ),
    query.limit + 1,
  );
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    data: await toConversations(ctx, shown),
    nextCursor: rows.length > query.limit && last ? `${last.lastActivityAt.toISOString()}_${last.id}` : null,
  };
}

/** A conversation that is snoozed no more is open. */
export function inState(ctx: Ctx, state: Conversation["state"]): SQL {
  const isSnoozed = sql`(${conversations.state} = 'snoozed' and ${conversations.snoozedUntil} > ${ctx.now.toISOString()}::timestamptz)`;
  if (state === "snoozed") return isSnoozed;
  if (state === "closed") return sql`${conversations.state} = 'closed'`;
  return sql`(${conversations.state} <> 'closed' and ${isSnoozed} is not true)`;
}

export function assignedTo(ctx: Ctx, assignee: string): SQL {
  if (assignee === "none") return sql`${conversations.assigneeId} is null`;
  return sql`${conversations.assigneeId} = ${assignee === "me" ? ctx.actor.id : assignee}`;
}

export function hasLabel(labelId: string): SQL {
  return sql`exists (select 1 from conversation_labels cl where cl.conversation_id = ${conversations.id} and cl.label_id = ${labelId})`;
}

function readCursor(cursor: string): { at: string; id: string } {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_(cnv_[0-9A-Z]{26})$/.exec(cursor);
  if (!match) throw new AppError("validation_failed", "The cursor is not one of this list");
  return { at: match[1] ?? "", id: match[2] ?? "" };
}

function select(ctx: Ctx, which: SQL | undefined, limit: number): Promise<Row[]> {
  return ctx.db
    .select(COLUMNS)
    .from(conversations)
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .innerJoin(integrations, eq(integrations.id, conversations.integrationId))
    .leftJoin(users, eq(users.id, conversations.assigneeId))
    .where(and(eq(conversations.organizationId, ctx.organizationId), which))
    .orderBy(desc(conversations.lastActivityAt), desc(conversations.id))
    .limit(limit);
}

async function toConversations(ctx: Ctx, rows: readonly Row[]): Promise<Conversation[]> {
  const messagesById = await findMessages(
    ctx,
    rows.flatMap(({ lastMessageId }) => lastMessageId ?? []),
  );
  return rows.map((row) => ({
    ...turnOf(row, messagesById.get(row.lastMessageId ?? "")),
    ...presentState(row, ctx.now),
    id: row.id,
    integrationId: row.integrationId,
    integrationName: row.integrationName,
    contactId: row.contactId,
    contactName: row.contactName,
    phoneNumber: row.phone,
    assignee: row.assigneeId && row.assigneeName !== null ? { id: row.assigneeId, name: row.assigneeName } : null,
    labels: row.labels,
    lastAnswerId: row.lastAnswerId,
    unread: row.unread,
    lastMessage: messagesById.get(row.lastMessageId ?? "") ?? null,
    lastActivityAt: row.lastActivityAt.toISOString(),
    lastInboundAt: row.lastInboundAt?.toISOString() ?? null,
    windowClosesAt: openUntil(row.lastInboundAt, ctx.now, row.closedAt)?.toISOString() ?? null,
    freeEntryUntil: row.freeEntryUntil && row.freeEntryUntil > ctx.now ? row.freeEntryUntil.toISOString() : null,
  }));
}

function presentState({ state, snoozedUntil }: Row, now: Date): Pick<Conversation, "state" | "snoozedUntil"> {
  const isSnoozed = state === "snoozed" && snoozedUntil !== null && snoozedUntil > now;
  if (state === "snoozed" && !isSnoozed) return { state: "open", snoozedUntil: null };
  return { state, snoozedUntil: isSnoozed ? snoozedUntil.toISOString() : null };
}

function turnOf({ answeredBy }: Row, last: Message | undefined): Pick<Conversation, "owner" | "answeredBy"> {
  return { owner: last && last.direction !== "incoming" ? "customer" : answeredBy, answeredBy };
}

export async function getConversation(ctx: Ctx, id: string): Promise<Conversation> {
  const [conversation] = await toConversations(ctx, await select(ctx, eq(conversations.id, id), 1));
  if (!conversation) throw new AppError("not_found", "There is no conversation with this id");
  return conversation;
}

/** Its messages in both directions, newest first. Throws `not_found`. */
export async function readConversation(
  ctx: Ctx,
  id: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<Page<Message>> {
  const { integrationId, contactId } = await getConversation(ctx, id);
  return listConversationMessages(ctx, { integrationId, contactId }, page);
}

/** Nothing in it is unread any more. Throws `not_found`. */
export async function markRead(ctx: Ctx, id: string): Promise<Conversation> {
  const [row] = await ctx.db
    .update(conversations)
    .set({ unread: 0 })
    .where(and(eq(conversations.organizationId, ctx.organizationId), eq(conversations.id, id)))
    .returning({ id: conversations.id });
  if (!row) throw new AppError("not_found", "There is no conversation with this id");
  announceSoon(ctx.organizationId, ["messages"]);
  return getConversation(ctx, id);
}
