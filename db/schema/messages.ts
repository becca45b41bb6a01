import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { moment, sealed, sealedJson } from "@/db/columns";
import type {
  InboundEnvelope,
  MessageDirection,
  MessageFailure,
  MessagePurpose,
  MessageStatus,
  MetaHold,
  TemplateParams,
  TimelineStep,
  WaitsFor,
} from "@/lib/messages/schema";
import type { MessageContent } from "@/lib/whatsapp/content";
import type { Pricing } from "@/lib/whatsapp/inbound-items";
import { contacts } from "./contacts";
import { integrations } from "./integrations";
import { organizations } from "./organizations";

/**
 * What was said, in both directions. Outgoing rows are the outbox: a message is safe once its row is committed. Its
 * conversation is the pair of number and person, so no row repeats it.
 */
export const messages = pgTable(
  "messages",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    integrationId: text("integration_id")
      .notNull()
      .references(() => integrations.id, { onDelete: "restrict" }),
    contactId: text("contact_id")
      .notNull()
      .references(() => contacts.id, { onDelete: "restrict" }),
    direction: text("direction").$type<MessageDirection>().notNull().default("outgoing"),
    /** The person's number, in either direction. */
    recipient: sealed("recipient", "messages.recipient").notNull(),
    content: sealedJson<MessageContent>("content", "messages.content"),
    /** Messages of versions before `content`; read by `storedContent` alone and written no more. */
    kind: text("kind").$type<"text" | "template">(),
    text: sealed("text", "messages.text"),
    templateParams: sealedJson<TemplateParams>("template_params", "messages.template_params"),
    templateName: text("template_name"),
    templateLanguage: text("template_language"),
    /** What Meta told beside the content of a message that we did not write. */
    envelope: sealedJson<InboundEnvelope>("envelope", "messages.envelope"),
    /** Meta's id of the group that it was written in: no part of the conversation with the person. */
    groupId: text("group_id"),
    /** The fingerprint of the message that this one answers, edits, deletes or reacts to. */
    replyToIndex: text("reply_to_index"),
    purpose: text("purpose").$type<MessagePurpose>().notNull(),
    priority: smallint("priority").notNull(),
    status: text("status").$type<MessageStatus>().notNull(),
    dueAt: moment("due_at").notNull(),
    scheduledFor: moment("scheduled_for"),
    /** Why it was put off until `dueAt`. */
    waitsFor: text("waits_for").$type<WaitsFor>(),
    /** A person sent it on its way outside opening hours. */
    ignoresHours: boolean("ignores_hours").notNull().default(false),
    attempts: integer("attempts").notNull().default(0),
    leaseOwner: text("lease_owner"),
    leaseUntil: moment("lease_until"),
    wamid: sealed("wamid", "messages.wamid"),
    wamidIndex: text("wamid_index"),
    metaHold: text("meta_hold").$type<MetaHold>(),
    /** The sender's own reference. */
    externalId: text("external_id"),
    /** The message that it sends once more. */
    resendOf: text("resend_of").references((): AnyPgColumn => messages.id, { onDelete: "set null" }),
    outsideWindow: boolean("outside_window"),
    failure: jsonb("failure").$type<MessageFailure>(),
    timeline: jsonb("timeline").$type<TimelineStep[]>().notNull(),
    /** It confirms a person's stop: the one message that leaves after it. */
    confirmsStop: boolean("confirms_stop").notNull().default(false),
    createdBy: text("created_by").notNull(),
    createdAt: moment("created_at").notNull(),
    unknownSince: moment("unknown_since"),
    pricing: jsonb("pricing").$type<Pricing>(),
    sentAt: moment("sent_at"),
    deliveredAt: moment("delivered_at"),
    readAt: moment("read_at"),
    failedAt: moment("failed_at"),
  },
  (t) => [
    // Every step of a message adds to each of these, so they are few and narrow: a contact and a number have one organization.
    // All ascending: PostgreSQL reads them backwards for the newest first, and packs what is added at their ends.
    index("messages_list").on(t.organizationId, t.id).where(sql`direction = 'outgoing'`),
    index("messages_by_status").on(t.organizationId, t.status, t.id),
    index("messages_by_contact").on(t.contactId, t.id),
    index("messages_by_integration").on(t.integrationId, t.id).where(sql`direction = 'outgoing'`),
    index("messages_by_template").on(t.organizationId, t.templateName, t.id).where(sql`template_name is not null`),
    index("messages_waiting").on(t.integrationId, t.priority, t.dueAt, t.id).where(sql`status in ('queued', 'scheduled')`),
    index("messages_sent").on(t.integrationId, t.sentAt).where(sql`sent_at is not null`),
    index("messages_in_flight").on(t.leaseUntil).where(sql`status = 'sending'`),
    index("messages_unknown").on(t.unknownSince).where(sql`status = 'unknown'`),
    index("messages_external_id").on(t.organizationId, t.externalId, t.id).where(sql`external_id is not null`),
    index("messages_resend_of").on(t.resendOf).where(sql`resend_of is not null`),
    uniqueIndex("messages_wamid").on(t.integrationId, t.wamidIndex).where(sql`wamid_index is not null`),
    check("messages_received", sql`(direction = 'outgoing') = (status <> 'received')`),
  ],
);

/** Meta's pair limit, one row per number and person written to lately. */
export const pairs = pgTable(
  "pairs",
  {
    integrationId: text("integration_id")
      .notNull()
      .references(() => integrations.id, { onDelete: "cascade" }),
    contactId: text("contact_id").notNull(),
    organizationId: text("organization_id").notNull(),
    /** The moment at which every message to this person has been paid for at one per 6 seconds. */
    paidUntil: moment("paid_until").notNull(),
    heldUntil: moment("held_until"),
    holds: smallint("holds").notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.integrationId, t.contactId] }), index("pairs_paid_until").on(t.paidUntil)],
);

/** People written to outside their window, for the portfolio's rolling 24-hour allowance. */
export const outreach = pgTable(
  "outreach",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    portfolioId: text("portfolio_id").notNull(),
    contactId: text("contact_id").notNull(),
    /** The message that will count when it is delivered; taken back when it fails. */
    reservedBy: text("reserved_by"),
    reservedAt: moment("reserved_at"),
    deliveredAt: moment("delivered_at"),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.portfolioId, t.contactId] }),
    index("outreach_window").on(t.organizationId, t.portfolioId, sql`greatest(reserved_at, delivered_at)`),
    index("outreach_reserved_by").on(t.reservedBy),
  ],
);

/** Statuses that came before we knew the message id they speak of. */
export const earlyStatuses = pgTable(
  "early_statuses",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    integrationId: text("integration_id")
      .notNull()
      .references(() => integrations.id, { onDelete: "cascade" }),
    wamidIndex: text("wamid_index").notNull(),
    status: sealedJson<Record<string, unknown>>("status", "early_statuses.status").notNull(),
    receivedAt: moment("received_at").notNull(),
  },
  (t) => [index("early_statuses_wamid").on(t.integrationId, t.wamidIndex), index("early_statuses_received").on(t.receivedAt)],
);
