import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { moment, sealed, sealedJson } from "@/db/columns";
import { organizations } from "./organizations";

/** Every body Meta sent, stored before the 200. A body that speaks of several organizations is stored once for each, with its own part. */
export const webhookEvents = pgTable(
  "webhook_events",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    /** The integrations whose app secret signed the body. */
    integrationIds: text("integration_ids").array().notNull(),
    bodyHash: text("body_hash").notNull(),
    /** As it came; bytes that are no UTF-8 in base64, which `encoding` says. */
    body: sealed("body", "webhook_events.body").notNull(),
    encoding: text("encoding").$type<"utf8" | "base64">().notNull().default("utf8"),
    kinds: text("kinds").array().notNull(),
    status: text("status").$type<"pending" | "processed" | "failed">().notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** So many of its items are done: a long body is taken in turns with other organizations' bodies. */
    itemsDone: integer("items_done").notNull().default(0),
    dueAt: moment("due_at").notNull(),
    error: text("error"),
    receivedAt: moment("received_at").notNull(),
    processedAt: moment("processed_at"),
  },
  (t) => [
    uniqueIndex("webhook_events_body").on(t.organizationId, t.bodyHash),
    index("webhook_events_waiting").on(t.organizationId, t.dueAt, t.id).where(sql`status = 'pending'`),
    index("webhook_events_list").on(t.organizationId, t.id),
  ],
);

/** Items that could not be understood; the rest of their body was processed. */
export const deadLetters = pgTable(
  "dead_letters",
  {
    id: text("id").primaryKey(),
    organizationId: text("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    eventId: text("event_id")
      .notNull()
      .references(() => webhookEvents.id, { onDelete: "cascade" }),
    /** Its place in the body, from 0. */
    position: integer("position").notNull().default(0),
    item: sealedJson<unknown>("item", "dead_letters.item").notNull(),
    error: text("error").notNull(),
    createdAt: moment("created_at").notNull(),
  },
  (t) => [index("dead_letters_organization").on(t.organizationId, t.id), index("dead_letters_event").on(t.eventId, t.position)],
);
