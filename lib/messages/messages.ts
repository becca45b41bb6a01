import "server-only";
import { and, desc, eq, gte, inArray, lt, lte, sql } from "drizzle-orm";
import { contacts } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import { phoneIndex } from "@/lib/contacts/phone-index";
import { requirePhone } from "@/lib/contacts/require-phone";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, toPage } from "@/lib/http/paging";
import { announceSoon } from "@/lib/live";
import { getOrganization } from "@/lib/organizations/organizations";
import { releasePlaces } from "./allowance";
import { explainFailure } from "./failure";
import { whyNotResend } from "./resend";
import {
  type ListMessages,
  MESSAGE_STATUSES,
  type Message,
  type MessageDetail,
  type MessageStatus,
  type TimelineStep,
} from "./schema";
import { CANCELLABLE } from "./status";

type Row = typeof messages.$inferSelect;

/** The organization's messages, newest first. */
export async function listMessages(ctx: Ctx, query: ListMessages): Promise<Page<Message>> {
  const phone = query.phoneNumber === undefined ? undefined : await requirePhone(ctx, query.phoneNumber);
  const statuses = query.status?.split(",").map(requireStatus);
  const rows = await ctx.db
    .select({ message: messages, contactName: contacts.name, id: messages.id })
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .where(
      and(
        eq(messages.organizationId, ctx.organizationId),
        query.cursor ? lt(messages.id, query.cursor) : undefined,
        statuses ? inArray(messages.status, statuses) : undefined,
        phone ? eq(messages.recipientIndex, phoneIndex(phone)) : undefined,
        query.integrationId ? eq(messages.integrationId, query.integrationId) : undefined,
        query.contactId ? eq(messages.contactId, query.contactId) : undefined,
        query.template ? eq(messages.templateName, query.template) : undefined,
        query.from ? gte(messages.createdAt, new Date(query.from)) : undefined,
        query.to ? lte(messages.createdAt, new Date(query.to)) : undefined,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, ({ message, contactName }) => toMessage(message, contactName));
}

/** One message with every step it took. Throws `not_found`. */
export async function getMessage(ctx: Ctx, id: string): Promise<MessageDetail> {
  const [row] = await ctx.db
    .select({ message: messages, contactName: contacts.name })
    .from(messages)
    .innerJoin(contacts, eq(contacts.id, messages.contactId))
    .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.id, id)));
  if (!row) throw new AppError("not_found", "There is no message with this id");
  const { message, contactName } = row;
  return {
    ...toMessage(message, contactName),
    timeline: inOrder(message.timeline),
    templateParams: message.templateParams,
    attempts: message.attempts,
    metaMessageId: message.wamid,
    createdBy: message.createdBy,
    canResend: whyNotResend(message, await getOrganization(ctx)) === null,
  };
}

/** Takes a waiting message back. Throws `conflict` when it has left already. */
export async function cancelMessage(ctx: Ctx, id: string): Promise<MessageDetail> {
  await inTransaction(ctx, async (tx) => {
    const step: TimelineStep[] = [{ step: "cancelled", at: tx.now.toISOString(), source: "person" }];
    const [row] = await tx.db
      .update(messages)
      .set({ status: "cancelled", timeline: sql`${messages.timeline} || (${JSON.stringify(step)}::text)::jsonb` })
      .where(and(eq(messages.organizationId, tx.organizationId), eq(messages.id, id), inArray(messages.status, [...CANCELLABLE])))
      .returning({ id: messages.id });
    if (!row) {
      const { status } = await getMessage(tx, id);
      throw new AppError("conflict", `The message is ${status} and can no longer be cancelled`, { details: { status } });
    }
    await releasePlaces(tx, [id]);
    await audit(tx, "message.cancelled", { type: "message", id });
  });
  announceSoon(ctx.organizationId, ["messages"]);
  return getMessage(ctx, id);
}

export function toMessage(row: Row, contactName: string | null): Message {
  const time = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id: row.id,
    integrationId: row.integrationId,
    contactId: row.contactId,
    contactName,
    phoneNumber: row.recipient,
    kind: row.kind,
    text: row.text,
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
