ALTER TABLE "lanes" ADD COLUMN "over_allowance_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "lanes" ADD COLUMN "unreachable_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "waits_for" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "ignores_hours" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "meta_hold" text;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "external_id" text;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "hours_asked_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "messages_external_id" ON "messages" USING btree ("organization_id","external_id","id") WHERE external_id is not null;--> statement-breakpoint
UPDATE "messages" SET "waits_for" = 'business_hours' WHERE "status" = 'scheduled';