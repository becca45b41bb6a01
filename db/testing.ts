import postgres from "postgres";
import { afterAll, beforeAll } from "vitest";
import { closeKeyring } from "@/lib/keyring";
import { announceAll } from "@/lib/live";
import { closeDatabase } from "./client";

/**
 * Gives the test file a database of its own: a copy of the migrated template, made before its first test and dropped after its last.
 * `database()` and `openDatabase()` find it through DATABASE_URL. Call once, at the top of the file.
 */
export function useTestDatabase(): void {
  beforeAll(async () => {
    await onCluster((sql, name) => sql.unsafe(`create database ${name} template template`));
  });
  afterAll(async () => {
    // A late notice would open a connection while the pool closes.
    await announceAll();
    await closeDatabase();
    closeKeyring();
    await onCluster((sql, name) => sql.unsafe(`drop database if exists ${name} with (force)`));
  });
}

async function onCluster(work: (sql: postgres.Sql, name: string) => Promise<unknown>): Promise<void> {
  const url = process.env.DATABASE_URL ?? "";
  const sql = postgres(url.replace(/[^/]+$/, "postgres"), { max: 1, onnotice: () => undefined });
  try {
    await work(sql, new URL(url).pathname.slice(1));
  } finally {
    await sql.end();
  }
}
