import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment, sealed, sealedJson } from "@/db/columns";
import type { AddressKind, ConsentPurpose, ConsentState, ConsentStatus, MergeRecord } from "@/lib/contacts/schema";
import type { ConsentSettings } from "@/lib/contacts/settings-schema";
import type { ConversationState } from "@/lib/conversations/schema";
import { integrations } from "./integrations";
import { organizations, users } from "./organizations";

/** A person. `phone` and `userId` are what is written to and shown; every address by which the person is found is in `contactAddresses`. */
export const contacts = pgTable(
  "contacts",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    phone: sealed("phone", "contacts.phone"),
    userId: sealed("user_id", "contacts.user_id"),
    name: text("name"),
    /** The name as it is searched and sorted: `foldName`. */
    nameFolded: text("name_folded").notNull().default(""),
    language: text("language"),
    country: text("country"),
    timeZone: text("time_zone"),
    /** What the ledger says today, kept by its triggers: `consent_word` is the rule. */
    consentMarketing: text("consent_marketing").$type<ConsentState["marketing"]>().notNull().default("none"),
    consentUtility: text("consent_utility").$type<ConsentState["utility"]>().notNull().default("none"),
    consentAuthentication: text("consent_authentication").$type<ConsentState["authentication"]>().notNull().default("none"),
    /** Meta's own "stop offers": set by 131050 or a preference webhook, lifted only by Meta's resume. */
    marketingStoppedAt: moment("marketing_stopped_at"),
    /** When Meta's last word about it was true: an older one that comes later changes nothing. */
    marketingToldAt: moment("marketing_told_at"),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (t) => [
    index("contacts_organization").on(t.organizationId, t.id),
    index("contacts_marketing").on(t.organizationId, t.consentMarketing, t.id),
    index("contacts_utility").on(t.organizationId, t.consentUtility, t.id),
    index("contacts_authentication").on(t.organizationId, t.consentAuthentication, t.id),
    index("contacts_by_name").on(t.organizationId, sql`(name_folded = '')`, sql`name_folded collate "C"`, t.id),
    index("contacts_named").using("gin", sql`contact_name_grams(name_folded)`),
  ],
);

/** Every address of every person; each belongs to one. Numbers are found in all their writings by one fingerprint. */
export const contactAddresses = pgTable(
  "contact_addresses",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    kind: text("kind").$type<AddressKind>().notNull(),
    valueIndex: text("value_index").notNull(),
    value: sealed("value", "contact_addresses.value").notNull(),
    contactId: text("contact_id")
      .notNull()
      .references(() => contacts.id, { onDelete: "cascade" }),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.kind, t.valueIndex] }), index("contact_addresses_contact").on(t.contactId)],
);

/** Contacts that proved to be one: enough to find the old id, and to part them again. */
export const contactMerges = pgTable(
  "contact_merges",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    survivorId: text("survivor_id").notNull(),
    mergedId: text("merged_id").notNull(),
    record: sealedJson<MergeRecord>("record", "contact_merges.record").notNull(),
    mergedAt: moment("merged_at").notNull(),
    undoneAt: moment("undone_at"),
  },
  (t) => [index("contact_merges_merged").on(t.mergedId), index("contact_merges_survivor").on(t.survivorId)],
);

/** The consent ledger: rows are only added. A trigger refuses changes. */
export const consents = pgTable(
  "consents",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    contactId: text("contact_id")
      .notNull()
      .references(() => contacts.id, { onDelete: "cascade" }),
    purpose: text("purpose").$type<ConsentPurpose>().notNull(),
    status: text("status").$type<ConsentStatus>().notNull(),
    source: text("source").notNull(),
    evidence: sealed("evidence", "consents.evidence"),
    wording: sealed("wording", "consents.wording"),
    occurredAt: moment("occurred_at").notNull(),
    recordedAt: moment("recorded_at").notNull(),
    recordedBy: text("recorded_by").notNull(),
  },
  (t) => [index("consents_contact").on(t.contactId, t.organizationId, t.id)],
);

/** How an organization acts on what people say about consent; without a row, as by default. */
export const consentSettings = pgTable("consent_settings", {
  organizationId: text("organization_id")
    .primaryKey()
    .references(() => organizations.id, { onDelete: "cascade" }),
  settings: jsonb("settings").$type<Partial<ConsentSettings>>().notNull(),
  updatedAt: moment("updated_at").notNull(),
});

/** One number's talk with one person. Meta's customer service window belongs to this pair. */
export const conversations = pgTable(
  "conversations",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    integrationId: text("integration_id")
      .notNull()
      .references(() => integrations.id, { onDelete: "cascade" }),
    contactId: text("contact_id")
      .notNull()
      .references(() => contacts.id, { onDelete: "cascade" }),
    /** When the person last wrote or called: what the window counts from. */
    lastInboundAt: moment("last_inbound_at"),
    /** When Meta last said that free text may not be sent (131047), whatever our clock says. */
    closedAt: moment("closed_at"),
    /** Until when an ad's free entry point lets free text out, as Meta's pricing tells it. */
    freeEntryUntil: moment("free_entry_until"),
    /** The latest message in either direction. */
    lastActivityAt: moment("last_activity_at").notNull().defaultNow(),
    unread: integer("unread").notNull().default(0),
    state: text("state").$type<ConversationState>().notNull().default("open"),
    /** Until then it is snoozed; afterwards it counts as open, without anybody having to write that down. */
    snoozedUntil: moment("snoozed_until"),
    assigneeId: text("assignee_id").references(() => users.id, { onDelete: "set null" }),
    /** Who answers when it is not the person's turn: the team, or a program until it hands over. */
    answeredBy: text("answered_by").$type<"person" | "program">().notNull().default("person"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("conversations_pair").on(t.integrationId, t.contactId),
    index("conversations_contact").on(t.contactId, t.organizationId),
    index("conversations_activity").on(t.organizationId, t.lastActivityAt, t.id),
    index("conversations_assigned")
      .on(t.organizationId, t.assigneeId, t.lastActivityAt, t.id)
      .where(sql`assignee_id is not null`),
    index("conversations_unread").on(t.organizationId, t.lastActivityAt, t.id).where(sql`unread > 0`),
  ],
);
