DROP INDEX "consents_organization";--> statement-breakpoint
DROP INDEX "messages_by_recipient";--> statement-breakpoint
DROP INDEX "sandbox_webhooks_held";--> statement-breakpoint
DROP INDEX "templates_meta_id";--> statement-breakpoint
DROP INDEX "webhook_events_list";--> statement-breakpoint
DROP INDEX "consents_contact";--> statement-breakpoint
DROP INDEX "messages_list";--> statement-breakpoint
DROP INDEX "messages_by_status";--> statement-breakpoint
DROP INDEX "messages_by_integration";--> statement-breakpoint
DROP INDEX "messages_by_template";--> statement-breakpoint
DROP INDEX "sandbox_messages_chat";--> statement-breakpoint
DROP INDEX "sandbox_phones_activity";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "marketing_told_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "messages_by_contact" ON "messages" USING btree ("contact_id","id");--> statement-breakpoint
CREATE INDEX "sandbox_webhooks_phone" ON "sandbox_webhooks" USING btree ("phone_id");--> statement-breakpoint
CREATE INDEX "dead_letters_event" ON "dead_letters" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "consents_contact" ON "consents" USING btree ("contact_id","organization_id","id");--> statement-breakpoint
CREATE INDEX "messages_list" ON "messages" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "messages_by_status" ON "messages" USING btree ("organization_id","status","id");--> statement-breakpoint
CREATE INDEX "messages_by_integration" ON "messages" USING btree ("integration_id","id");--> statement-breakpoint
CREATE INDEX "messages_by_template" ON "messages" USING btree ("organization_id","template_name","id") WHERE template_name is not null;--> statement-breakpoint
CREATE INDEX "sandbox_messages_chat" ON "sandbox_messages" USING btree ("phone_id","accepted_at","id");--> statement-breakpoint
CREATE INDEX "sandbox_phones_activity" ON "sandbox_phones" USING btree ("integration_id","last_activity_at","id");