import "server-only";
import { and, desc, eq, gte, inArray, lt, lte, type SQL, sql } from "drizzle-orm";
import { anyOf, madeBetween } from "@/db/columns";
import { contacts, conversations } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import { hasPhone } from "@/lib/contacts/contacts";
import { requirePhone } from "@/lib/contacts/require-phone";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, toPage } from "@/lib/http/paging";
import { announceSoon } from "@/lib/live";
import { getOrganization } from "@/lib/organizations/organizations";
import { inTurn } from "@/lib/turns";
import { summaryOf } from "@/lib/whatsapp/content";
import { explainFailure } from "./failure";
import { whyNotResend } from "./resend";
import {
  type ListMessages,
  MESSAGE_STATUSES,
  type Message,
  type MessageDetail,
  type MessageDirection,
  type MessageStatus,
  type TimelineStep,
} from "./schema";
import { CONTENT, storedContent } from "./stored-content";
import { transition } from "./transitions";

/** What a list shows of a message: what is not shown is not deciphered either. */
const SHOWN = {
  ...CONTENT,
  id: messages.id,
  integrationId: messages.integrationId,
  contactId: messages.contactId,
  contactName: contacts.name,
  recipient: messages.recipient,
  direction: messages.direction,
  conversationId: conversations.id,
  replyTo: sql<string | null>`(select a.id from messages a
    where a.integration_id = ${messages.integrationId} and a.wamid_index = ${messages.replyToIndex})`,
  pricing: messages.pricing,
  purpose: messages.purpose,
  status: messages.status,
  scheduledFor: messages.scheduledFor,
  createdAt: messages.createdAt,
  sentAt: messages.sentAt,
  deliveredAt: messages.deliveredAt,
  readAt: messages.readAt,
  failedAt: messages.failedAt,
  failure: messages.failure,
};

type Joined = "contactName" | "conversationId" | "replyTo";
type Shown = Pick<typeof messages.$inferSelect, Exclude<keyof typeof SHOWN, Joined>> & Record<Joined, string | null>;

/** A conversation is the pair of a number and a person. */
const OF_PAIR = and(eq(conversations.integrationId, messages.integrationId), eq(conversations.contactId, messages.contactId));

/** Written out, so that the indexes of outgoing messages serve; what others wrote is found by its one state. */
const OF_DIRECTION: Record<MessageDirection, SQL> = {
  outgoing: sql`${messages.direction} = 'outgoing'`,
  incoming: sql`${messages.status} = 'received' and ${messages.direction} = 'incoming'`,
  echo: sql`${messages.status} = 'received' and ${messages.direction} = 'echo'`,
};

/** The organization's messages of one direction (outgoing unless asked otherwise), newest first. */
export async function listMessages(ctx: Ctx, query: ListMessages): Promise<Page<Message>> {
  return inTurn(ctx, (turn) => readMessages(turn, query));
}

async function readMessages(ctx: Ctx, query: ListMessages): Promise<Page<Message>> {
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
  const rows = await ctx.db
    .select(SHOWN)
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(conversations, OF_PAIR)
    .where(
      and(
        eq(messages.organizationId, ctx.organizationId),
        OF_DIRECTION[query.direction],
        query.cursor ? lt(messages.id, query.cursor) : undefined,
        statuses ? inArray(messages.status, statuses) : undefined,
        ofPerson ? eq(messages.contactId, ofPerson) : undefined,
        query.integrationId ? eq(messages.integrationId, query.integrationId) : undefined,
        query.contactId ? eq(messages.contactId, query.contactId) : undefined,
        query.template ? eq(messages.templateName, query.template) : undefined,
        from ? gte(messages.createdAt, from) : undefined,
        to ? lte(messages.createdAt, to) : undefined,
        madeBetween(messages.id, "msg", from, to),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, toMessage);
}

/** Messages by id, of either direction. */
export async function findMessages(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Message>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select(SHOWN)
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(conversations, OF_PAIR)
    .where(and(eq(messages.organizationId, ctx.organizationId), anyOf(messages.id, ids)));
  return new Map(rows.map((row) => [row.id, toMessage(row)]));
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
        cursor ? lt(messages.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit + 1);
  return toPage(rows, limit, toMessage);
}

/** One message with every step it took. Throws `not_found`. */
export async function getMessage(ctx: Ctx, id: string): Promise<MessageDetail> {
  const [row] = await ctx.db
    .select({
      shown: SHOWN,
      timeline: messages.timeline,
      envelope: messages.envelope,
      attempts: messages.attempts,
      wamid: messages.wamid,
      createdBy: messages.createdBy,
      unknownSince: messages.unknownSince,
    })
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .leftJoin(conversations, OF_PAIR)
    .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.id, id)));
  if (!row) throw new AppError("not_found", "There is no message with this id");
  const message = toMessage(row.shown);
  return {
    ...message,
    timeline: inOrder(row.timeline),
    templateParams: message.content.type === "template" ? message.content.params : null,
    envelope: row.envelope,
    attempts: row.attempts,
    metaMessageId: row.wamid,
    createdBy: row.createdBy,
    canResend:
      row.shown.direction === "outgoing" &&
      whyNotResend({ ...row.shown, unknownSince: row.unknownSince }, await getOrganization(ctx)) === null,
  };
}

/** Takes a waiting message back. Throws `conflict` when it has left already. */
export async function cancelMessage(ctx: Ctx, id: string): Promise<MessageDetail> {
  await inTransaction(ctx, async (tx) => {
    const step: TimelineStep[] = [{ step: "cancelled", at: tx.now.toISOString(), source: "person" }];
    if ((await transition(tx, "cancel", [{ id, step }])).length === 0) {
      const { status } = await getMessage(tx, id);
      throw new AppError("conflict", `The message is ${status} and can no longer be cancelled`, { details: { status } });
    }
    await audit(tx, "message.cancelled", { type: "message", id });
  });
  announceSoon(ctx.organizationId, ["messages"]);
  return getMessage(ctx, id);
}

function toMessage(row: Shown): Message {
  const content = storedContent(row);
  const time = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: row.id,
    integrationId: row.integrationId,
    contactId: row.contactId,
    contactName: row.contactName,
    phoneNumber: row.recipient.startsWith("+") ? row.recipient : null,
    userId: row.recipient.startsWith("+") ? null : row.recipient,
    direction: row.direction,
    conversationId: row.conversationId,
    kind: content.type,
    text: summaryOf(content),
    content,
    replyTo: row.replyTo,
    pricing: row.pricing,
    template: row.templateName,
    language: row.templateLanguage,
    purpose: row.purpose,
    status: row.status,
    scheduledFor: time(row.scheduledFor),
    createdAt: row.createdAt.toISOString(),
    sentAt: time(row.sentAt),
    deliveredAt: time(row.deliveredAt),
    readAt: time(row.readAt),
    failedAt: time(row.failedAt),
    error: row.failure ? explainFailure(row.failure, "en") : null,
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

function requireStatus(word: string): MessageStatus {
  const status = MESSAGE_STATUSES.find((known) => known === word);
  if (!status)
    throw new AppError("validation_failed", `"${word}" is not a status`, {
      details: [{ path: "status", message: `Use one of: ${MESSAGE_STATUSES.join(", ")}` }],
    });
  return status;
}
