import { sql } from "drizzle-orm";
import { boolean, customType, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment, sealed } from "@/db/columns";
import type { MediaFailure } from "@/lib/media/words";
import type { MediaKind } from "@/lib/whatsapp/content";
import { integrations } from "./integrations";
import { messages } from "./messages";
import { organizations } from "./organizations";

/** Files that were uploaded to be sent (`out`), or came with a message (`in`). */
export const mediaFiles = pgTable(
  "media_files",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    /** Null while it is being received: the form may name it after the file. */
    integrationId: text("integration_id").references(() => integrations.id, { onDelete: "cascade" }),
    direction: text("direction").$type<"in" | "out">().notNull(),
    /** False while its bytes come in; what stays so is removed. */
    isWhole: boolean("is_whole").notNull().default(false),
    kind: text("kind").$type<MediaKind>().notNull(),
    mimeType: text("mime_type").notNull(),
    bytes: integer("bytes").notNull().default(0),
    /** In hexadecimal digits. */
    sha256: text("sha256").notNull().default(""),
    filename: sealed("filename", "media_files.filename"),
    /** Meta's id of it, which lives 30 days from this moment. */
    metaId: text("meta_id"),
    metaUploadedAt: moment("meta_uploaded_at"),
    /** The message that it came with, and goes with. */
    messageId: text("message_id").references(() => messages.id, { onDelete: "cascade" }),
    /** When it is fetched from Meta, while it is not here. */
    fetchDueAt: moment("fetch_due_at"),
    fetchAttempts: integer("fetch_attempts").notNull().default(0),
    /** Why it was not fetched and will not be, or may not be opened. */
    failure: text("failure").$type<MediaFailure>(),
    /** What the virus scanner said. */
    verdict: text("verdict"),
    /** Of a picture, in pixels; there where its thumbnail is. */
    width: integer("width"),
    height: integer("height"),
    createdBy: text("created_by").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [
    index("media_files_content").on(t.organizationId, t.sha256),
    index("media_files_integration").on(t.integrationId),
    index("media_files_message").on(t.messageId).where(sql`message_id is not null`),
    index("media_files_unfinished").on(t.createdAt).where(sql`not is_whole`),
    index("media_files_fetch").on(t.fetchDueAt).where(sql`fetch_due_at is not null`),
  ],
);

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** The bytes of a file in pieces of 1 MB, each sealed to its place; a picture's thumbnail lies at place -1. */
export const mediaChunks = pgTable(
  "media_chunks",
  {
    fileId: text("file_id")
      .notNull()
      .references(() => mediaFiles.id, { onDelete: "cascade" }),
    place: integer("place").notNull(),
    content: bytea("content").notNull(),
  },
  (t) => [primaryKey({ name: "media_chunks_pk", columns: [t.fileId, t.place] })],
);
