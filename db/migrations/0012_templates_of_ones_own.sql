CREATE TABLE "sandbox_templates" (
	"organization_id" text NOT NULL,
	"business_account_id" text NOT NULL,
	"id" text NOT NULL,
	"template" jsonb NOT NULL,
	"reviewed_at" timestamp (3) with time zone NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "sandbox_templates_pk" PRIMARY KEY("organization_id","business_account_id","id")
);
--> statement-breakpoint
CREATE TABLE "template_name_locks" (
	"organization_id" text NOT NULL,
	"business_account_id" text NOT NULL,
	"name" text NOT NULL,
	"language" text NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "template_name_locks_pk" PRIMARY KEY("organization_id","business_account_id","name","language")
);
--> statement-breakpoint
ALTER TABLE "templates" ALTER COLUMN "meta_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "message_send_ttl_seconds" integer;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "edited_at" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "sandbox_templates" ADD CONSTRAINT "sandbox_templates_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_name_locks" ADD CONSTRAINT "template_name_locks_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;