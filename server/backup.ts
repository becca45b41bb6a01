import "server-only";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { cp, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import postgres from "postgres";
import { MIGRATIONS, migrateDatabase, shapeDatabase } from "@/db/migrate";
import journal from "@/db/migrations/meta/_journal.json";
import type { Key } from "@/lib/crypto";
import { newHeader, openBackup, sealing } from "./backup-file";
import { Problem } from "./problem";

/** What ends the rows of a table, as PostgreSQL's own text format has it: no row can look like it. */
const END = "\\.";
/** Nobody's work: it only says who is awake. */
const LEFT_OUT = ["engine_runs", "attempts"];

type Table = { table: string; columns: string[] };

/**
 * Writes everything the database at `url` holds into `file`: one consistent moment, compressed, sealed with the first of the
 * encryption keys. The server may go on working. The file appears only when it is whole. Answers the rows it holds.
 */
export async function writeBackup(url: string, key: Key, file: string, now: Date): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const partial = `${file}.partial`;
  let rows = 0;
  try {
    await sql.begin("isolation level repeatable read read only", async (tx) => {
      const migration = await newestMigration(tx);
      const tables = await listTables(tx);
      async function* content(): AsyncGenerator<Buffer | string> {
        for (const { table, columns } of tables) {
          yield `${JSON.stringify({ table, columns })}\n`;
          const names = columns.map((column) => `"${column}"`).join(", ");
          for await (const chunk of await tx.unsafe(`copy (select ${names} from "${table}") to stdout`).readable()) {
            for (const byte of chunk as Buffer) if (byte === 10) rows += 1;
            yield chunk as Buffer;
          }
          yield `${END}\n`;
        }
      }
      const stream = createWriteStream(partial, { mode: 0o600, flags: "w" });
      await pipeline(
        Readable.from(content(), { objectMode: false }),
        createGzip(),
        sealing(key, newHeader(key, migration, now)),
        stream,
      );
    });
    await rename(partial, file);
    return rows;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await sql.end();
  }
}

export type Restored = { rows: number; createdAt: string; paused: number; uncertain: number };

/**
 * Fills an empty database from a backup and brings it up to date: wholly, or not at all. Numbers start paused, and messages that
 * may have left after the backup was made become unknown: their webhooks settle them, else a person decides.
 */
export async function readBackup(url: string, keys: readonly Key[], file: string, now: Date): Promise<Restored> {
  const { header, bytes } = await openBackup(createReadStream(file), keys);
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await requireEmpty(sql);
    await migrateUpTo(url, header.migration);
    const counts = await sql.begin(async (tx) => {
      let rows = 0;
      await pipeline(Readable.from(bytes), createGunzip(), async (content: AsyncIterable<Buffer>) => {
        rows = await fill(tx, content);
      });
      return { rows, ...(await beCareful(tx, header.createdAt, now)) };
    });
    await migrateDatabase(url);
    return { ...counts, createdAt: header.createdAt };
  } finally {
    await sql.end();
  }
}

async function newestMigration(sql: postgres.ISql): Promise<string> {
  const [row] = await sql<{ at: string }[]>`select max(created_at) as at from drizzle.__drizzle_migrations`;
  const entry = journal.entries.find(({ when }) => when === Number(row?.at));
  if (!entry) throw new Problem("The database is newer than this program. Make the backup with the version that uses it.");
  return entry.tag;
}

/** All tables, those that others refer to first. */
async function listTables(sql: postgres.ISql): Promise<Table[]> {
  const tables = await sql<(Table & { needs: string[] })[]>`
    select c.relname as table,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select coalesce(array_agg(distinct f.relname::text), '{}') from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> k.conrelid) as needs
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by c.relname`;
  const ordered: Table[] = [];
  const rest = tables.filter(({ table }) => !LEFT_OUT.includes(table));
  while (rest.length > 0) {
    const at = rest.findIndex(({ needs }) => needs.every((name) => !rest.some(({ table }) => table === name)));
    const [next] = rest.splice(at, 1);
    if (at < 0 || !next) throw new Error("Tables refer to each other in a circle.");
    ordered.push({ table: next.table, columns: next.columns });
  }
  return ordered;
}

async function requireEmpty(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ tables: number }[]>`
    select count(*)::int as tables from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`;
  if (row && row.tables > 0)
    throw new Problem("The database is not empty. Restore into an empty one, or with a DATA_DIR that does not exist yet.");
}

/** The shape that the rows of the backup have; what came later is brought in when they are there. */
async function migrateUpTo(url: string, tag: string): Promise<void> {
  const at = journal.entries.findIndex((entry) => entry.tag === tag);
  if (at < 0) throw new Problem("The backup is of a newer version of this program. Restore it with that version.");
  const folder = await mkdtemp(join(tmpdir(), "message-console-migrations-"));
  try {
    await cp(MIGRATIONS, folder, { recursive: true });
    const file = join(folder, "meta", "_journal.json");
    const all = JSON.parse(await readFile(file, "utf8")) as typeof journal;
    await writeFile(file, JSON.stringify({ ...all, entries: all.entries.slice(0, at + 1) }));
    await shapeDatabase(url, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads `{ table, columns }`, its rows, the end, and so on. */
async function fill(sql: postgres.TransactionSql, content: AsyncIterable<Buffer>): Promise<number> {
  let rows = 0;
  let sink: Writable | undefined;
  let waiting: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of content) {
      waiting = waiting.length > 0 ? Buffer.concat([waiting, chunk]) : chunk;
      for (let end = waiting.indexOf(10); end >= 0; end = waiting.indexOf(10)) {
        const line = waiting.subarray(0, end + 1);
        waiting = waiting.subarray(end + 1);
        if (!sink) {
          const { table, columns } = JSON.parse(line.toString("utf8")) as Table;
          const names = columns.map((column) => `"${column.replaceAll('"', "")}"`).join(", ");
          sink = await sql.unsafe(`copy "${table.replaceAll('"', "")}" (${names}) from stdin`).writable();
        } else if (line.length === 3 && line.toString("latin1") === `${END}\n`) {
          await ended(sink);
          sink = undefined;
        } else {
          rows += 1;
          if (!sink.write(line)) await once(sink, "drain");
        }
      }
    }
    if (sink || waiting.length > 0) throw new Problem("The backup ends in the middle of a table. Nothing of it was kept.");
    return rows;
  } catch (error) {
    sink?.once("error", () => undefined).destroy(error instanceof Error ? error : undefined);
    throw error;
  }
}

function ended(sink: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    sink.once("error", reject);
    sink.end(() => resolve());
  });
}

async function beCareful(sql: postgres.TransactionSql, since: string, now: Date): Promise<{ paused: number; uncertain: number }> {
  const paused = await sql`
    update integrations set status = 'paused', pause_reason = 'restored', paused_at = ${now}
    where status = 'verified' and deleted_at is null`;
  const step = [{ step: "unknown", at: now.toISOString(), source: "sweep", detail: `Restored from a backup of ${since}` }];
  const uncertain = await sql`
    update messages set status = 'unknown', unknown_since = ${now}, lease_owner = null, lease_until = null,
      timeline = timeline || ${sql.json(step)}
    where status = 'sending' or (status in ('queued', 'scheduled') and due_at <= ${now})`;
  return { paused: paused.count, uncertain: uncertain.count };
}
