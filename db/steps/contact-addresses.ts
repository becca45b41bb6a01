import "server-only";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { toAddress } from "@/lib/contacts/addresses";
import { mergeContacts } from "@/lib/contacts/merge";
import { systemCtx } from "@/lib/ctx";
import { open, openKeyring, seal } from "@/lib/keyring";
import { log } from "@/lib/log";

const BATCH = 5_000;

type Row = { id: string; organization_id: string; phone: string | null; user_id: string | null };

/**
 * Writes the addresses of contacts that were known by one number and one user id before. The fingerprints of these are per
 * organization now, so each value is opened once. The old columns are the mark that there is work, and go when it is done; begun
 * again, it does nothing twice. Two contacts with two writings of one number become one.
 */
export async function fillContactAddresses(db: Db): Promise<void> {
  const [old] = await db.execute(
    sql`select 1 from information_schema.columns where table_schema = current_schema() and table_name = 'contacts' and column_name = 'phone_index'`,
  );
  if (!old) return;
  const [{ count } = { count: 0 }] = await db.execute<{ count: number }>(sql`select count(*)::int as count from contacts`);
  if (count > 0) await openKeyring(db);
  const startedAt = Date.now();
  const seconds = () => ((Date.now() - startedAt) / 1000).toFixed(1);
  for (let after = "", done = 0; ; ) {
    const rows = await db.execute<Row>(
      sql`select id, organization_id, phone, user_id from contacts where id > ${after} order by id limit ${BATCH}`,
    );
    const last = rows.at(-1);
    if (!last) break;
    await writeAddresses(db, rows);
    after = last.id;
    done += rows.length;
    log.info({ done, of: count, seconds: seconds() }, "Contacts get their addresses");
  }
  await db.execute(sql`alter table contacts drop column phone_index, drop column user_id_index`);
  if (count > 0) log.info({ contacts: count, seconds: seconds() }, "Every contact has its addresses");
}

async function writeAddresses(db: Db, rows: readonly Row[]): Promise<void> {
  const addresses = rows.flatMap(({ id, organization_id, phone, user_id }) => {
    const given = [
      ...(phone ? [toAddress(organization_id, "phone", open("contacts.phone", phone))] : []),
      ...(user_id ? [toAddress(organization_id, "user_id", open("contacts.user_id", user_id))] : []),
    ];
    return given.map(({ kind, index, value }) => ({
      organizationId: organization_id,
      kind,
      index,
      value: seal("contact_addresses.value", value),
      contactId: id,
    }));
  });
  if (addresses.length === 0) return;
  const given = sql`jsonb_to_recordset((${JSON.stringify(addresses)}::text)::jsonb)
    as r("organizationId" text, kind text, index text, value text, "contactId" text)`;
  await db.execute(sql`
    insert into contact_addresses (organization_id, kind, value_index, value, contact_id)
    select r."organizationId", r.kind, r.index, r.value, r."contactId" from ${given} on conflict do nothing`);
  const twins = await db.execute<{ organization_id: string; survivor: string; merged: string }>(sql`
    select distinct a.organization_id, a.contact_id as survivor, r."contactId" as merged from ${given}
    join contact_addresses a on a.organization_id = r."organizationId" and a.kind = r.kind and a.value_index = r.index
    where a.contact_id <> r."contactId" order by merged, survivor`);
  const gone = new Map<string, string>();
  const nowOf = (id: string): string => {
    const into = gone.get(id);
    return into ? nowOf(into) : id;
  };
  for (const { organization_id, survivor, merged } of twins) {
    const [stays, goes] = [nowOf(survivor), nowOf(merged)].sort();
    if (!stays || !goes || stays === goes) continue;
    await db.transaction((tx) => mergeContacts(systemCtx(tx, organization_id, "upgrade"), stays, goes));
    gone.set(goes, stays);
  }
}
