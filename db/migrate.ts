import "server-only";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { type Db, databaseOf } from "./client";
import { fillContactAddresses } from "./steps/contact-addresses";
import { foldContactNames } from "./steps/contact-names";

export const MIGRATIONS = join(process.cwd(), "db", "migrations");
// Any number does, so long as every process that migrates uses the same one.
const LOCK = 7_209_411_003;

/** What SQL cannot do, because it needs the keys. Each finds out by itself whether it has work, and may be begun again. */
const STEPS: readonly ((db: Db) => Promise<void>)[] = [foldContactNames, fillContactAddresses];

/** Brings the database at this address to the newest shape. Safe to call from many processes at once: one works, the others wait. */
export async function migrateDatabase(url: string): Promise<void> {
  await inTurn(url, async (sql) => {
    await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS });
    for (const step of STEPS) await step(databaseOf(sql));
  });
}

/** Brings an empty database to the shape that a folder of migrations describes: for rows of an earlier version. */
export async function shapeDatabase(url: string, folder: string): Promise<void> {
  await inTurn(url, (sql) => migrate(drizzle(sql), { migrationsFolder: folder }));
}

async function inTurn(url: string, work: (sql: postgres.Sql) => Promise<void>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    await sql`set statement_timeout = 0`;
    await sql`select pg_advisory_lock(${LOCK})`;
    await work(sql);
  } finally {
    await sql.end();
  }
}
