ALTER TABLE "integrations" ADD COLUMN "limits_told_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "told_at" timestamp (3) with time zone;