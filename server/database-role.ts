import "server-only";
import { createHash } from "node:crypto";
import postgres from "postgres";

/** The role as which the program works: it owns its database and what is in it, and rules over nothing else. */
export const PROGRAM = "console";

/** Nothing that the program asks takes longer; one search has far less (lib/turns.ts). Migrations lift it. */
const STATEMENT_TIMEOUT = "5min";
const ABANDONED_TRANSACTION_TIMEOUT = "5min";

/** Always the same for the same superuser's password, which cannot be found from it. */
export function programPassword(adminPassword: string): string {
  return createHash("sha256").update(`${PROGRAM} ${adminPassword}`).digest("base64url");
}

/**
 * Makes the program's role and the database, or brings both to what they have to be: an installation whose database still belonged to
 * the superuser keeps everything, under another owner. `urlOf` is the superuser's way to a database.
 */
export async function prepareDatabase(
  urlOf: (database: string) => string,
  { database, password }: { database: string; password: string },
): Promise<void> {
  await asAdmin(urlOf("postgres"), async (sql) => {
    await sql.unsafe(`
      do $$ begin
        if not exists (select from pg_roles where rolname = '${PROGRAM}') then create role ${PROGRAM}; end if;
      end $$;
      alter role ${PROGRAM} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '${password}';
      alter role ${PROGRAM} set statement_timeout = '${STATEMENT_TIMEOUT}';
      alter role ${PROGRAM} set idle_in_transaction_session_timeout = '${ABANDONED_TRANSACTION_TIMEOUT}'`);
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)} owner ${sql(PROGRAM)}`;
    else await sql`alter database ${sql(database)} owner to ${sql(PROGRAM)}`;
  });
  await asAdmin(urlOf(database), (sql) => sql.begin((tx) => tx.unsafe(GIVE_EVERYTHING)));
}

/** Whatever the superuser owns outside of PostgreSQL's own schemas. What belongs to a table, or to an extension, goes with it. */
const GIVE_EVERYTHING = `
  do $$
  declare
    one record;
    admin oid := (select oid from pg_roles where rolname = current_user);
  begin
    for one in
      select format('alter schema %I owner to ${PROGRAM}', nspname) as command from pg_namespace
      where nspowner = admin and nspname !~ '^pg_' and nspname <> 'information_schema'
    union all
      select format('alter %s %s owner to ${PROGRAM}',
        case relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, c.oid::regclass)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where relowner = admin and relkind in ('r', 'p', 'S', 'v', 'm') and nspname !~ '^pg_' and nspname <> 'information_schema'
        and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'e', 'i'))
    union all
      select format('alter routine %s owner to ${PROGRAM}', p.oid::regprocedure)
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where proowner = admin and nspname !~ '^pg_' and nspname <> 'information_schema'
        and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
    union all
      select format('alter type %s owner to ${PROGRAM}', t.oid::regtype)
      from pg_type t join pg_namespace n on n.oid = t.typnamespace
      where typowner = admin and typtype in ('e', 'd') and nspname !~ '^pg_' and nspname <> 'information_schema'
        and not exists (select from pg_depend d where d.objid = t.oid and d.classid = 'pg_type'::regclass and d.deptype = 'e')
    loop
      execute one.command;
    end loop;
  end $$`;

async function asAdmin(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
