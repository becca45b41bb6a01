import "server-only";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { foldName } from "@/lib/contacts/fold";
import { log } from "@/lib/log";

const BATCH = 5_000;

/** Folds the names of contacts of earlier versions, so that they are found. The column `unfolded` is the mark that there is work. */
export async function foldContactNames(db: Db): Promise<void> {
  const [old] = await db.execute(
    sql`select 1 from information_schema.columns where table_schema = current_schema() and table_name = 'contacts' and column_name = 'unfolded'`,
  );
  if (!old) return;
  const startedAt = Date.now();
  for (let after = "", done = 0; ; ) {
    const rows = await db.execute<{ id: string; name: string }>(
      sql`select id, name from contacts where name is not null and id > ${after} order by id limit ${BATCH}`,
    );
    const last = rows.at(-1);
    if (!last) break;
    const folded = rows.map(({ id, name }) => ({ id, folded: foldName(name) }));
    await db.execute(sql`
      update contacts c set name_folded = r.folded from jsonb_to_recordset((${JSON.stringify(folded)}::text)::jsonb) as r(id text, folded text)
      where c.id = r.id`);
    after = last.id;
    done += rows.length;
    log.info({ done, seconds: ((Date.now() - startedAt) / 1000).toFixed(1) }, "Names get the form in which they are searched");
  }
  await db.execute(sql`alter table contacts drop column unfolded`);
}
