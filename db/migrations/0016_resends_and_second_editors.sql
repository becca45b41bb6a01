ALTER TABLE "messages" ADD COLUMN "resend_of" text;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_resend_of_messages_id_fk" FOREIGN KEY ("resend_of") REFERENCES "public"."messages"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "messages_resend_of" ON "messages" USING btree ("resend_of") WHERE resend_of is not null;