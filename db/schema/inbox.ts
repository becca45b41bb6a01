import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment, sealed } from "@/db/columns";
import type { LabelColour } from "@/lib/conversations/words";
import { conversations } from "./contacts";
import { organizations, users } from "./organizations";

const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organizations.id, { onDelete: "cascade" });

export const labels = pgTable(
  "labels",
  {
    id: text("id").primaryKey(),
    organizationId: organizationId(),
    name: text("name").notNull(),
    colour: text("colour").$type<LabelColour>().notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [uniqueIndex("labels_name").on(t.organizationId, sql`lower(name)`)],
);

export const conversationLabels = pgTable(
  "conversation_labels",
  {
    organizationId: organizationId(),
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id, { onDelete: "cascade" }),
    labelId: text("label_id")
      .notNull()
      .references(() => labels.id, { onDelete: "cascade" }),
  },
  (t) => [
    primaryKey({ columns: [t.conversationId, t.labelId] }),
    index("conversation_labels_label").on(t.labelId, t.conversationId),
  ],
);

/** What the team says among itself; nothing of it reaches the person. */
export const conversationNotes = pgTable(
  "conversation_notes",
  {
    id: text("id").primaryKey(),
    organizationId: organizationId(),
    conversationId: text("conversation_id")
      .notNull()
      .references(() => conversations.id, { onDelete: "cascade" }),
    /** Null when a program wrote it, or the writer is gone. */
    authorId: text("author_id").references(() => users.id, { onDelete: "set null" }),
    authorName: text("author_name").notNull(),
    text: sealed("text", "conversation_notes.text").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [index("conversation_notes_conversation").on(t.conversationId, t.id)],
);

export const savedReplies = pgTable(
  "saved_replies",
  {
    id: text("id").primaryKey(),
    organizationId: organizationId(),
    title: text("title").notNull(),
    text: text("text").notNull(),
    createdAt: moment("created_at").notNull(),
    updatedAt: moment("updated_at").notNull(),
  },
  (t) => [uniqueIndex("saved_replies_title").on(t.organizationId, sql`lower(title)`)],
);
