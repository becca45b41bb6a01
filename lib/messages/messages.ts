import "server-only";
import { and, asc, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { contacts, conversations } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { csvLine } from "@/lib/csv";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import type { Page } from "@/lib/http/paging";
import { inTurn } from "@/lib/turns";
import type {
  ExportMessages,
  FilterMessages,
  ListMessages,
  Message,
  MessageCount,
  MessageDetail,
  MessageSort,
  TimelineStep,
} from "./schema";
import { findIds, fromNamed, readFilter, scanTexts } from "./search";
import { OF_PAIR, SHOWN, showMessages } from "./show";

/** The organization's messages of one direction (outgoing unless asked otherwise), newest first unless asked otherwise. */
export async function listMessages(ctx: Ctx, query: ListMessages): Promise<Page<Message>> {
  return inTurn(ctx, async (turn) => {
    const { ids, nextCursor } = await findIds(turn, await readFilter(turn, query), query);
    return { data: await readMessages(turn, ids, query.sort), nextCursor };
  });
}

/** As many as may be counted while somebody waits. */
const MOST_COUNTED = 1_000_000;

/** How many match. Texts are read as far back as one page of a search reads them. */
export async function countMessages(ctx: Ctx, query: FilterMessages): Promise<MessageCount> {
  return inTurn(ctx, async (turn) => {
    const filter = await readFilter(turn, query);
    const [row] = await turn.db.execute<{ count: number }>(
      sql`select count(*)::int as count from (select 1 from ${fromNamed(filter)} where ${filter.where} limit ${MOST_COUNTED}) counted`,
    );
    const count = row?.count ?? 0;
    if (!filter.search?.text) return { count, isExact: count < MOST_COUNTED };
    const { ids, readUpTo } = await scanTexts(turn, filter, { limit: Number.POSITIVE_INFINITY, sort: "-createdAt" });
    return { count: count + ids.length, isExact: readUpTo === null && count < MOST_COUNTED };
  });
}

/** Messages by id, of either direction. */
export async function findMessages(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Message>> {
  return new Map((await readMessages(ctx, ids, "-createdAt")).map((message) => [message.id, message]));
}

/** What one number and one person said to each other, newest first. */
export async function listConversationMessages(
  ctx: Ctx,
  { integrationId, contactId }: { integrationId: string; contactId: string },
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<Message>> {
  const rows = await ctx.db
    .select(SHOWN)
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(conversations, OF_PAIR)
    .where(
      and(
        eq(messages.organizationId, ctx.organizationId),
        eq(messages.contactId, contactId),
        eq(messages.integrationId, integrationId),
        isNull(messages.groupId),
        cursor ? lt(messages.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit + 1);
  const shown = rows.slice(0, limit);
  return { data: await showMessages(ctx, shown), nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
}

const EXPORTED_AT_ONCE = 500;

/** All that match as lines of CSV, a part at a time: what is added meanwhile may be in it or not, nothing is in it twice. */
export async function* exportMessages(ctx: Ctx, query: ExportMessages): AsyncGenerator<string> {
  const filter = await readFilter(ctx, query);
  yield csvLine([...EXPORTED]);
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const from = cursor;
    const { rows, nextCursor } = await inTurn(ctx, async (turn) => {
      const page = await findIds(turn, filter, { sort: query.sort, limit: EXPORTED_AT_ONCE, cursor: from });
      return { rows: await readMessages(turn, page.ids, query.sort), nextCursor: page.nextCursor };
    });
    if (rows.length > 0) yield rows.map((row) => csvLine(EXPORTED.map((column) => cellOf(row, column)))).join("");
    cursor = nextCursor ?? undefined;
  }
}

const EXPORTED = [
  "id",
  "externalId",
  "direction",
  "phoneNumber",
  "contactId",
  "contactName",
  "integrationId",
  "kind",
  "template",
  "language",
  "purpose",
  "text",
  "status",
  "createdAt",
  "scheduledFor",
  "sentAt",
  "deliveredAt",
  "readAt",
  "failedAt",
  "errorCode",
  "error",
] as const;

function cellOf(row: Message, column: (typeof EXPORTED)[number]): string | number | null {
  if (column === "errorCode") return row.error?.code ?? null;
  if (column === "error") return row.error?.meaning ?? null;
  return row[column];
}

async function readMessages(ctx: Ctx, ids: readonly string[], sort: MessageSort): Promise<Message[]> {
  if (ids.length === 0) return [];
  const rows = await ctx.db
    .select(SHOWN)
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(conversations, OF_PAIR)
    .where(and(eq(messages.organizationId, ctx.organizationId), anyOf(messages.id, ids)))
    .orderBy(sort === "createdAt" ? asc(messages.id) : desc(messages.id));
  return showMessages(ctx, rows);
}

/** One message with every step it took. Throws `not_found`. */
export async function getMessage(ctx: Ctx, id: string): Promise<MessageDetail> {
  const [row] = await ctx.db
    .select({
      shown: SHOWN,
      timeline: messages.timeline,
      wamid: messages.wamid,
      createdBy: messages.createdBy,
    })
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(conversations, OF_PAIR)
    .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.id, id)));
  const [message] = row ? await showMessages(ctx, [row.shown]) : [];
  if (!row || !message) throw new AppError("not_found", "There is no message with this id");
  return {
    ...message,
    timeline: inOrder(row.timeline),
    templateParams: message.content.type === "template" ? message.content.params : null,
    attempts: row.shown.attempts,
    metaMessageId: row.wamid,
    createdBy: row.createdBy,
  };
}

const STEP_ORDER = [
  "queued",
  "scheduled",
  "sending",
  "retrying",
  "unknown",
  "accepted",
  "sent",
  "delivered",
  "read",
  "failed",
  "cancelled",
];

/** By time; Meta's times have whole seconds, so within one second the natural order decides. */
function inOrder(timeline: readonly TimelineStep[]): TimelineStep[] {
  const second = (step: TimelineStep) => Math.floor(Date.parse(step.at) / 1000);
  return [...timeline].sort(
    (a, b) =>
      second(a) - second(b) || STEP_ORDER.indexOf(a.step) - STEP_ORDER.indexOf(b.step) || Date.parse(a.at) - Date.parse(b.at),
  );
}
