import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { contacts, conversations } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { factsOf, fileIdOf } from "@/lib/media/facts";
import type { FileFacts } from "@/lib/media/schema";
import { getOrganization } from "@/lib/organizations/organizations";
import type { OrganizationSettings } from "@/lib/organizations/schema";
import type { MessageContent } from "@/lib/whatsapp/content";
import { summaryOf } from "@/lib/whatsapp/content-words";
import { explainFailure } from "./failure";
import { withoutCode } from "./one-time-code";
import { whyNotResend } from "./resend";
import type { Message, Waiting } from "./schema";
import { CANCELLABLE } from "./states";
import { CONTENT, storedContent } from "./stored-content";
import { readWaiting } from "./waiting";

/** The newest copy of a message that was sent again, unless it was taken back before it left. */
export const RESENT_AS = sql<string | null>`(select max(a.id) from messages a
  where a.resend_of = ${messages.id} and a.status <> 'cancelled')`;

/** What a list shows of a message: what is not shown is not deciphered either. */
export const SHOWN = {
  ...CONTENT,
  id: messages.id,
  externalId: messages.externalId,
  integrationId: messages.integrationId,
  contactId: messages.contactId,
  contactName: contacts.name,
  recipient: messages.recipient,
  direction: messages.direction,
  conversationId: conversations.id,
  replyTo: sql<string | null>`(select a.id from messages a
    where a.integration_id = ${messages.integrationId} and a.wamid_index = ${messages.replyToIndex})`,
  resendOf: messages.resendOf,
  resentAs: RESENT_AS,
  envelope: messages.envelope,
  pricing: messages.pricing,
  purpose: messages.purpose,
  status: messages.status,
  dueAt: messages.dueAt,
  scheduledFor: messages.scheduledFor,
  waitsFor: messages.waitsFor,
  attempts: messages.attempts,
  metaHold: messages.metaHold,
  unknownSince: messages.unknownSince,
  createdAt: messages.createdAt,
  sentAt: messages.sentAt,
  deliveredAt: messages.deliveredAt,
  readAt: messages.readAt,
  failedAt: messages.failedAt,
  failure: messages.failure,
};

type Joined = "contactName" | "conversationId" | "replyTo" | "resentAs";
export type Shown = Pick<typeof messages.$inferSelect, Exclude<keyof typeof SHOWN, Joined>> & Record<Joined, string | null>;

/** A conversation is the pair of a number and a person. */
export const OF_PAIR = and(
  eq(conversations.integrationId, messages.integrationId),
  eq(conversations.contactId, messages.contactId),
);

/** Messages as the API shows them, with why they wait and what a person may do with them now. */
export async function showMessages(ctx: Ctx, rows: readonly Shown[]): Promise<Message[]> {
  if (rows.length === 0) return [];
  const contents = rows.map(storedContent);
  const [waiting, settings, files] = await Promise.all([
    readWaiting(ctx, rows),
    getOrganization(ctx),
    factsOf(
      ctx,
      contents.flatMap((content) => fileIdOf(content) ?? []),
    ),
  ]);
  return rows.map((row, i) => toMessage(row, contents[i] ?? storedContent(row), { waiting, settings, files }));
}

type Around = { waiting: Map<string, Waiting>; settings: OrganizationSettings; files: Map<string, FileFacts> };

function toMessage(row: Shown, stored: MessageContent, around: Around): Message {
  const { settings } = around;
  const waiting = around.waiting.get(row.id) ?? null;
  const content = row.purpose === "authentication" ? withoutCode(stored) : stored;
  const time = (at: Date | null) => at?.toISOString() ?? null;
  const canCancel = row.direction === "outgoing" && CANCELLABLE.some((status) => status === row.status);
  return {
    id: row.id,
    externalId: row.externalId,
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
    file: around.files.get(fileIdOf(stored) ?? "") ?? null,
    replyTo: row.replyTo,
    resendOf: row.resendOf,
    resentAs: row.resentAs,
    envelope: row.envelope,
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
    waiting,
    canSendNow: canCancel && waiting?.code === "business_hours",
    canCancel,
    canResend: row.direction === "outgoing" && whyNotResend(row, settings) === null,
    error: row.failure ? explainFailure(row.failure, "en") : null,
  };
}
