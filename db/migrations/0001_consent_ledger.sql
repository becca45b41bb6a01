create function refuse_consent_change() returns trigger language plpgsql as $$
begin
  raise exception 'The consent ledger is only added to.';
end $$;
--> statement-breakpoint
create trigger consents_append_only before update on consents for each row execute function refuse_consent_change();
