import { sql } from "drizzle-orm";
import { boolean, doublePrecision, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment, sealed, sealedJson } from "@/db/columns";
import type { SandboxContent, SandboxSettings } from "@/lib/sandbox/schema";
import type { WebhookPart } from "@/lib/sandbox/store";
import type { SandboxTemplate } from "@/lib/sandbox/templates";
import { integrations } from "./integrations";
import { organizations } from "./organizations";

/** How the stand-in behaves towards a sandbox integration; what it knows of the account it reads from the integration. */
export const sandboxAccounts = pgTable("sandbox_accounts", {
  integrationId: text("integration_id")
    .primaryKey()
    .references(() => integrations.id, { onDelete: "cascade" }),
  organizationId: text("organization_id").notNull(),
  subscribed: boolean("subscribed").notNull().default(true),
  /** An address given with subscribed_apps; otherwise this installation's own webhook. */
  overrideUrl: text("override_url"),
  settings: jsonb("settings").$type<SandboxSettings>().notNull(),
  rateSecond: doublePrecision("rate_second").notNull().default(0),
  rateCount: integer("rate_count").notNull().default(0),
  createdAt: moment("created_at").notNull(),
});

/** A virtual phone: one person as one business number sees them. */
export const sandboxPhones = pgTable(
  "sandbox_phones",
  {
    id: text("id").primaryKey(),
    integrationId: text("integration_id")
      .notNull()
      .references(() => sandboxAccounts.integrationId, { onDelete: "cascade" }),
    phone: sealed("phone", "sandbox_phones.phone").notNull(),
    phoneIndex: text("phone_index").notNull(),
    name: sealed("name", "sandbox_phones.name"),
    online: boolean("online").notNull().default(true),
    readReceipts: boolean("read_receipts").notNull().default(true),
    onWhatsapp: boolean("on_whatsapp").notNull().default(true),
    marketingStopped: boolean("marketing_stopped").notNull().default(false),
    lastInboundAt: moment("last_inbound_at"),
    lastActivityAt: moment("last_activity_at").notNull(),
    /** When this person last counted towards the messaging limit. */
    countedAt: moment("counted_at"),
    /** The pair limit's bucket: how many messages are owed, at a moment. */
    pairOwed: doublePrecision("pair_owed").notNull().default(0),
    pairAt: moment("pair_at"),
    /** Refusals in a row that a magic number has answered. */
    refusals: integer("refusals").notNull().default(0),
  },
  (t) => [
    uniqueIndex("sandbox_phones_number").on(t.integrationId, t.phoneIndex),
    index("sandbox_phones_activity").on(t.integrationId, t.lastActivityAt, t.id),
    index("sandbox_phones_counted").on(t.integrationId, t.countedAt).where(sql`counted_at is not null`),
  ],
);

/** A message in a chat, with the moments at which its ticks change; moments in the future have not come yet. */
export const sandboxMessages = pgTable(
  "sandbox_messages",
  {
    id: text("id").primaryKey(),
    integrationId: text("integration_id")
      .notNull()
      .references(() => sandboxAccounts.integrationId, { onDelete: "cascade" }),
    phoneId: text("phone_id")
      .notNull()
      .references(() => sandboxPhones.id, { onDelete: "cascade" }),
    direction: text("direction").$type<"business" | "customer">().notNull(),
    content: sealedJson<SandboxContent>("content", "sandbox_messages.content").notNull(),
    contextId: text("context_id"),
    callbackData: sealed("callback_data", "sandbox_messages.callback_data"),
    acceptedAt: moment("accepted_at").notNull(),
    sentAt: moment("sent_at"),
    deliveredAt: moment("delivered_at"),
    readAt: moment("read_at"),
    failedAt: moment("failed_at"),
    errorCode: integer("error_code"),
  },
  (t) => [
    index("sandbox_messages_chat").on(t.phoneId, t.acceptedAt, t.id),
    index("sandbox_messages_integration").on(t.integrationId),
  ],
);

/** Webhooks that the stand-in still owes. Committed with the message they speak of; deleted once answered 200. */
export const sandboxWebhooks = pgTable(
  "sandbox_webhooks",
  {
    id: text("id").primaryKey(),
    integrationId: text("integration_id")
      .notNull()
      .references(() => sandboxAccounts.integrationId, { onDelete: "cascade" }),
    phoneId: text("phone_id").references(() => sandboxPhones.id, { onDelete: "cascade" }),
    messageId: text("message_id"),
    step: text("step").notNull(),
    /** What it tells, without the envelope. */
    part: sealedJson<WebhookPart>("part", "sandbox_webhooks.part").notNull(),
    /** Null while it waits for the phone to come back from airplane mode. */
    dueAt: moment("due_at"),
    attempts: integer("attempts").notNull().default(0),
    lastError: text("last_error"),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    index("sandbox_webhooks_due").on(t.dueAt, t.id).where(sql`due_at is not null`),
    index("sandbox_webhooks_phone").on(t.phoneId),
    index("sandbox_webhooks_integration").on(t.integrationId),
  ],
);

export const sandboxMedia = pgTable(
  "sandbox_media",
  {
    id: text("id").primaryKey(),
    integrationId: text("integration_id")
      .notNull()
      .references(() => sandboxAccounts.integrationId, { onDelete: "cascade" }),
    mimeType: text("mime_type").notNull(),
    sha256: text("sha256").notNull(),
    size: integer("size").notNull(),
    /** A customer sent it: the business may fetch it, for seven days. */
    incoming: boolean("incoming").notNull().default(false),
    filename: sealed("filename", "sandbox_media.filename"),
    /** The file in base64. */
    content: sealed("content", "sandbox_media.content").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [index("sandbox_media_integration").on(t.integrationId)],
);

/** Templates that were made, changed or deleted at the stand-in, beside those that every account has. */
export const sandboxTemplates = pgTable(
  "sandbox_templates",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    businessAccountId: text("business_account_id").notNull(),
    id: text("id").notNull(),
    template: jsonb("template").$type<SandboxTemplate>().notNull(),
    /** Until then its review goes on. */
    reviewedAt: moment("reviewed_at").notNull(),
    deletedAt: moment("deleted_at"),
  },
  (t) => [primaryKey({ name: "sandbox_templates_pk", columns: [t.organizationId, t.businessAccountId, t.id] })],
);
