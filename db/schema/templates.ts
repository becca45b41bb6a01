import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment } from "@/db/columns";
import type { TemplateComponent } from "@/lib/templates/schema";
import { organizations } from "./organizations";

/** Meta's templates as last read. They belong to the WhatsApp Business Account, so numbers of one account share them. */
export const templates = pgTable(
  "templates",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    businessAccountId: text("business_account_id").notNull(),
    /** Null of a draft, which Meta does not know yet. */
    metaId: text("meta_id"),
    name: text("name").notNull(),
    language: text("language").notNull(),
    category: text("category").notNull(),
    previousCategory: text("previous_category"),
    status: text("status").notNull(),
    parameterFormat: text("parameter_format").$type<"NAMED" | "POSITIONAL">().notNull(),
    components: jsonb("components").$type<TemplateComponent[]>().notNull(),
    qualityScore: text("quality_score"),
    rejectedReason: text("rejected_reason"),
    /** The text of the quick reply by which a person stops offers. Ours: Meta knows nothing of it. */
    optOutButton: text("opt_out_button"),
    messageSendTtlSeconds: integer("message_send_ttl_seconds"),
    /** When it was changed at Meta from here, in the last 30 days: Meta limits how often. */
    editedAt: jsonb("edited_at").$type<string[]>().notNull().default([]),
    syncedAt: moment("synced_at").notNull(),
    /** When Meta's last word about it was true, if that is later than the last sync. */
    toldAt: moment("told_at"),
    createdAt: moment("created_at").notNull().defaultNow(),
    /** When its wording last changed, here or at Meta. */
    updatedAt: moment("updated_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("templates_name_language").on(t.organizationId, t.businessAccountId, t.name, t.language),
    index("templates_organization").on(t.organizationId, t.id),
  ],
);

/** Names that Meta gives to no new template, because one of them was deleted a short time ago. */
export const templateNameLocks = pgTable(
  "template_name_locks",
  {
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    businessAccountId: text("business_account_id").notNull(),
    name: text("name").notNull(),
    language: text("language").notNull(),
    until: moment("until").notNull(),
  },
  (t) => [primaryKey({ name: "template_name_locks_pk", columns: [t.organizationId, t.businessAccountId, t.name, t.language] })],
);
