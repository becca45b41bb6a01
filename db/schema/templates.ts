import { index, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
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
    metaId: text("meta_id").notNull(),
    name: text("name").notNull(),
    language: text("language").notNull(),
    category: text("category").notNull(),
    previousCategory: text("previous_category"),
    status: text("status").notNull(),
    parameterFormat: text("parameter_format").$type<"NAMED" | "POSITIONAL">().notNull(),
    components: jsonb("components").$type<TemplateComponent[]>().notNull(),
    qualityScore: text("quality_score"),
    rejectedReason: text("rejected_reason"),
    syncedAt: moment("synced_at").notNull(),
    /** When Meta's last word about it was true, if that is later than the last sync. */
    toldAt: moment("told_at"),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("templates_name_language").on(t.organizationId, t.businessAccountId, t.name, t.language),
    index("templates_organization").on(t.organizationId, t.id),
  ],
);
