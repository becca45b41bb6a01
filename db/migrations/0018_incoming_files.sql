ALTER TABLE "media_files" ADD COLUMN "verdict" text;--> statement-breakpoint
ALTER TABLE "media_files" ADD COLUMN "width" integer;--> statement-breakpoint
ALTER TABLE "media_files" ADD COLUMN "height" integer;--> statement-breakpoint
ALTER TABLE "sandbox_media" ADD COLUMN "incoming" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "sandbox_media" ADD COLUMN "filename" text;--> statement-breakpoint
-- What is encrypted cannot be compressed: trying costs as much as writing.
ALTER TABLE "media_chunks" ALTER COLUMN "content" SET STORAGE EXTERNAL;
