import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment, sealed } from "@/db/columns";
import type { ConsentPurpose, ConsentStatus } from "@/lib/contacts/schema";
import type { ConversationState } from "@/lib/conversations/schema";
import { integrations } from "./integrations";
import { organizations } from "./organizations";

/** A person, known by phone, by Meta's business-scoped user id, or both. */
export const contacts = pgTable(
  "contacts",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    phone: sealed("phone", "contacts.phone"),
    phoneIndex: text("phone_index"),
    userId: sealed("user_id", "contacts.user_id"),
    userIdIndex: text("user_id_index"),
    name: text("name"),
    language: text("language"),
    country: text("country"),
    timeZone: text("time_zone"),
    /** Meta's own "stop offers": set by 131050 or a preference webhook, lifted only by Meta's resume. */
    marketingStoppedAt: moment("marketing_stopped_at"),
    /** When Meta's last word about it was true: an older one that comes later changes nothing. */
    marketingToldAt: moment("marketing_told_at"),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("contacts_phone").on(t.organizationId, t.phoneIndex).where(sql`phone_index is not null`),
    uniqueIndex("contacts_user_id").on(t.organizationId, t.userIdIndex).where(sql`user_id_index is not null`),
    index("contacts_organization").on(t.organizationId, t.id),
  ],
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
    /** Until when an ad's free entry point lets free text out, as Meta's pricing tells it. */
    freeEntryUntil: moment("free_entry_until"),
    /** The latest message in either direction. */
    lastActivityAt: moment("last_activity_at").notNull().defaultNow(),
    unread: integer("unread").notNull().default(0),
    state: text("state").$type<ConversationState>().notNull().default("open"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("conversations_pair").on(t.integrationId, t.contactId),
    index("conversations_contact").on(t.contactId, t.organizationId),
    index("conversations_activity").on(t.organizationId, t.lastActivityAt, t.id),
    index("conversations_unread").on(t.organizationId, t.lastActivityAt, t.id).where(sql`unread > 0`),
  ],
);
