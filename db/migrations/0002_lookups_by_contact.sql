DROP INDEX "consents_contact";--> statement-breakpoint
DROP INDEX "conversations_contact";--> statement-breakpoint
CREATE INDEX "consents_contact" ON "consents" USING btree ("contact_id","organization_id","occurred_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "conversations_contact" ON "conversations" USING btree ("contact_id","organization_id");