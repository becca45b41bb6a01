CREATE TABLE "contact_addresses" (
	"organization_id" text NOT NULL,
	"kind" text NOT NULL,
	"value_index" text NOT NULL,
	"value" text NOT NULL,
	"contact_id" text NOT NULL,
	CONSTRAINT "contact_addresses_organization_id_kind_value_index_pk" PRIMARY KEY("organization_id","kind","value_index")
);
--> statement-breakpoint
CREATE TABLE "contact_merges" (
	"id" text PRIMARY KEY NOT NULL,
	"organization_id" text NOT NULL,
	"survivor_id" text NOT NULL,
	"merged_id" text NOT NULL,
	"record" text NOT NULL,
	"merged_at" timestamp (3) with time zone NOT NULL,
	"undone_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "contact_addresses" ADD CONSTRAINT "contact_addresses_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_addresses" ADD CONSTRAINT "contact_addresses_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_merges" ADD CONSTRAINT "contact_merges_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_addresses_contact" ON "contact_addresses" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "contact_merges_merged" ON "contact_merges" USING btree ("merged_id");--> statement-breakpoint
CREATE INDEX "contact_merges_survivor" ON "contact_merges" USING btree ("survivor_id");--> statement-breakpoint
UPDATE "pairs" p SET "recipient_index" = c."id" FROM "contacts" c WHERE c."organization_id" = p."organization_id" AND c."phone_index" = p."recipient_index";--> statement-breakpoint
UPDATE "outreach" o SET "recipient_index" = c."id" FROM "contacts" c WHERE c."organization_id" = o."organization_id" AND c."phone_index" = o."recipient_index";--> statement-breakpoint
ALTER TABLE "pairs" RENAME COLUMN "recipient_index" TO "contact_id";--> statement-breakpoint
ALTER TABLE "outreach" RENAME COLUMN "recipient_index" TO "contact_id";--> statement-breakpoint
ALTER TABLE "pairs" RENAME CONSTRAINT "pairs_integration_id_recipient_index_pk" TO "pairs_integration_id_contact_id_pk";--> statement-breakpoint
ALTER TABLE "outreach" RENAME CONSTRAINT "outreach_organization_id_portfolio_id_recipient_index_pk" TO "outreach_organization_id_portfolio_id_contact_id_pk";--> statement-breakpoint
ALTER TABLE "messages" DROP COLUMN "recipient_index";--> statement-breakpoint
-- "contacts"."phone_index" and "user_id_index" go when the program has opened every number and written its addresses: db/steps.
create or replace function refuse_consent_change() returns trigger language plpgsql as $$
begin
  if current_setting('contacts.merging', true) = 'on' and to_jsonb(new) - 'contact_id' = to_jsonb(old) - 'contact_id' then
    return new;
  end if;
  raise exception 'The consent ledger is only added to.';
end $$;
