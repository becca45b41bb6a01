DROP INDEX "integrations_phone_number_id";--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "paused_by" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "verified_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "refused_signatures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "refused_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "refused_last_at" timestamp (3) with time zone;--> statement-breakpoint
-- Until now every connected number was held, and only one integration could have it.
UPDATE "integrations" SET "verified_at" = coalesce("checked_at", "created_at") WHERE "deleted_at" IS NULL AND "status" IN ('verified', 'paused');--> statement-breakpoint
CREATE UNIQUE INDEX "integrations_verified_number" ON "integrations" USING btree ("phone_number_id") WHERE not sandbox and deleted_at is null and verified_at is not null;