DROP INDEX "messages_list";--> statement-breakpoint
DROP INDEX "messages_by_integration";--> statement-breakpoint
DROP INDEX "dead_letters_event";--> statement-breakpoint
DROP INDEX "webhook_events_waiting";--> statement-breakpoint
ALTER TABLE "messages" ALTER COLUMN "kind" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ALTER COLUMN "text" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "free_entry_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "last_activity_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
UPDATE "conversations" SET "last_activity_at" = coalesce("last_inbound_at", "created_at");--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "unread" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "state" text DEFAULT 'open' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "direction" text DEFAULT 'outgoing' NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "content" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "envelope" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "reply_to_index" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "pricing" jsonb;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "position" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_events" ADD COLUMN "encoding" text DEFAULT 'utf8' NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_events" ADD COLUMN "items_done" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "conversations_activity" ON "conversations" USING btree ("organization_id","last_activity_at","id");--> statement-breakpoint
CREATE INDEX "conversations_unread" ON "conversations" USING btree ("organization_id","last_activity_at","id") WHERE unread > 0;--> statement-breakpoint
CREATE INDEX "webhook_events_list" ON "webhook_events" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "messages_list" ON "messages" USING btree ("organization_id","id") WHERE direction = 'outgoing';--> statement-breakpoint
CREATE INDEX "messages_by_integration" ON "messages" USING btree ("integration_id","id") WHERE direction = 'outgoing';--> statement-breakpoint
CREATE INDEX "dead_letters_event" ON "dead_letters" USING btree ("event_id","position");--> statement-breakpoint
CREATE INDEX "webhook_events_waiting" ON "webhook_events" USING btree ("organization_id","due_at","id") WHERE status = 'pending';--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_received" CHECK ((direction = 'outgoing') = (status <> 'received'));