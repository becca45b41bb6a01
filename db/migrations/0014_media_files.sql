CREATE TABLE "media_chunks" (
	"file_id" text NOT NULL,
	"place" integer NOT NULL,
	"content" "bytea" NOT NULL,
	CONSTRAINT "media_chunks_pk" PRIMARY KEY("file_id","place")
);
--> statement-breakpoint
CREATE TABLE "media_files" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"integration_id" text,
	"direction" text NOT NULL,
	"is_whole" boolean DEFAULT false NOT NULL,
	"kind" text NOT NULL,
	"mime_type" text NOT NULL,
	"bytes" integer DEFAULT 0 NOT NULL,
	"sha256" text DEFAULT '' NOT NULL,
	"filename" text,
	"meta_id" text,
	"meta_uploaded_at" timestamp (3) with time zone,
	"message_id" text,
	"fetch_due_at" timestamp (3) with time zone,
	"fetch_attempts" integer DEFAULT 0 NOT NULL,
	"failure" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "media_chunks" ADD CONSTRAINT "media_chunks_file_id_media_files_id_fk" FOREIGN KEY ("file_id") REFERENCES "public"."media_files"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_files" ADD CONSTRAINT "media_files_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_files" ADD CONSTRAINT "media_files_integration_id_integrations_id_fk" FOREIGN KEY ("integration_id") REFERENCES "public"."integrations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_files" ADD CONSTRAINT "media_files_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "media_files_content" ON "media_files" USING btree ("organization_id","sha256");--> statement-breakpoint
CREATE INDEX "media_files_integration" ON "media_files" USING btree ("integration_id");--> statement-breakpoint
CREATE INDEX "media_files_message" ON "media_files" USING btree ("message_id") WHERE message_id is not null;--> statement-breakpoint
CREATE INDEX "media_files_unfinished" ON "media_files" USING btree ("created_at") WHERE not is_whole;--> statement-breakpoint
CREATE INDEX "media_files_fetch" ON "media_files" USING btree ("fetch_due_at") WHERE fetch_due_at is not null;