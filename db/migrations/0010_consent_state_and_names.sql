ALTER TABLE "contacts" ADD COLUMN "name_folded" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "consent_marketing" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "consent_utility" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "consent_authentication" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "closed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "unfolded" boolean;--> statement-breakpoint
-- The rule "the newest word decides"; lib/contacts/consent.ts says the same of entries in memory.
create function consent_word(contact text, for_purpose text) returns text language sql stable as $$
  select coalesce((
    select e.status from consents e where e.contact_id = contact and e.purpose in ('all', for_purpose)
    order by date_trunc('second', e.occurred_at) desc, e.recorded_at desc, e.id collate "C" desc limit 1), 'none')
$$;--> statement-breakpoint
create function refresh_consent(contact_ids text[]) returns void language sql as $$
  update contacts c set consent_marketing = consent_word(c.id, 'marketing'), consent_utility = consent_word(c.id, 'utility'),
    consent_authentication = consent_word(c.id, 'authentication') where c.id = any(contact_ids)
$$;--> statement-breakpoint
create function keep_consent() returns trigger language plpgsql as $$
begin
  perform refresh_consent(array(select distinct contact_id from changed order by 1));
  return null;
end $$;--> statement-breakpoint
create function keep_moved_consent() returns trigger language plpgsql as $$
begin
  perform refresh_consent(array(select contact_id from changed union select contact_id from before order by 1));
  return null;
end $$;--> statement-breakpoint
create trigger consents_added after insert on consents referencing new table as changed for each statement execute function keep_consent();--> statement-breakpoint
create trigger consents_removed after delete on consents referencing old table as changed for each statement execute function keep_consent();--> statement-breakpoint
create trigger consents_moved after update on consents referencing new table as changed old table as before for each statement execute function keep_moved_consent();--> statement-breakpoint
update contacts c set consent_marketing = consent_word(c.id, 'marketing'), consent_utility = consent_word(c.id, 'utility'),
  consent_authentication = consent_word(c.id, 'authentication') where exists (select from consents e where e.contact_id = c.id);--> statement-breakpoint
-- Every three letters in a row, and the first letter of each word: lib/contacts/fold.ts asks for the same.
create function contact_name_grams(folded text) returns text[] language sql immutable strict parallel safe as $$
  select array_agg(distinct g) from (
    select substr(' ' || folded, n, 3) as g from generate_series(1, length(folded) - 1) n
    union all select ' ' || substr(w, 1, 1) from unnest(string_to_array(folded, ' ')) w where w <> '') grams
$$;--> statement-breakpoint
CREATE INDEX "contacts_marketing" ON "contacts" USING btree ("organization_id","consent_marketing","id");--> statement-breakpoint
CREATE INDEX "contacts_utility" ON "contacts" USING btree ("organization_id","consent_utility","id");--> statement-breakpoint
CREATE INDEX "contacts_authentication" ON "contacts" USING btree ("organization_id","consent_authentication","id");--> statement-breakpoint
CREATE INDEX "contacts_by_name" ON "contacts" USING btree ("organization_id",(name_folded = ''),name_folded collate "C","id");--> statement-breakpoint
CREATE INDEX "contacts_named" ON "contacts" USING gin (contact_name_grams(name_folded));