DROP INDEX "messages_by_recipient";--> statement-breakpoint
CREATE INDEX "messages_by_contact" ON "messages" USING btree ("organization_id","contact_id","id" DESC NULLS LAST);