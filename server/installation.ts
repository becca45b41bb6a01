import "server-only";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import postgres from "postgres";
import { migrateDatabase } from "@/db/migrate";
import { parseKeys } from "@/lib/crypto";
import { env, resetEnv } from "@/lib/env";
import { holderOf, lockDataDir, makeDataDir, readGeneratedKeys } from "./data-dir";
import { type EmbeddedDatabase, startEmbedded } from "./embedded";
import { asProblem, Problem } from "./problem";

const LIVE = "database.json";

type Database = { url: string; exited?: Promise<void>; stop(): Promise<void> };

/**
 * Runs `work` with the installation's database and keys in the environment: a server's own when DATABASE_URL is set, that of the
 * installation running on DATA_DIR, or that of the stopped one, which is started for as long as it takes.
 */
export async function withDatabase<T>(work: () => Promise<T>): Promise<T> {
  const dir = dataDir();
  await makeDataDir(dir);
  const running = env().DATABASE_URL ? undefined : await runningDatabase(dir);
  const release = running || env().DATABASE_URL ? undefined : await lockDataDir(dir);
  let database: Database | undefined;
  try {
    await prepareKeys(dir);
    database = running ? { url: running, stop: async () => undefined } : await openDatabaseServer(dir);
    setEnvironment({ DATABASE_URL: database.url });
    const [{ closeDatabase }, { announceAll }] = await Promise.all([import("@/db/client"), import("@/lib/live")]);
    return await work().finally(() => announceAll().finally(closeDatabase));
  } finally {
    await database?.stop();
    release?.();
  }
}

/** Runs `work` with the address of a database that holds nothing yet: DATABASE_URL's, or a new embedded one under DATA_DIR. */
export async function withEmptyDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const dir = dataDir();
  const given = env().DATABASE_URL;
  if (!env().ENCRYPTION_KEYS && !existsSync(join(dir, "keys.env")))
    throw new Problem(`Set ENCRYPTION_KEYS, or put the keys.env of the installation that was backed up into ${dir}.`);
  if (!given && existsSync(join(dir, "postgres")))
    throw new Problem(`${dir} has a database already. Restore with a DATA_DIR that has none.`);
  await makeDataDir(dir);
  await prepareKeys(dir);
  if (given) {
    await checkConnection(given);
    return work(env().DATABASE_URL_DIRECT ?? given);
  }
  const release = await lockDataDir(dir);
  try {
    const embedded = await asProblem(() => startEmbedded(placeOf(dir)));
    try {
      setEnvironment({ DATABASE_URL: embedded.url });
      return await work(embedded.url);
    } catch (error) {
      await embedded.stop();
      await rm(join(dir, "postgres"), { recursive: true, force: true });
      throw error;
    } finally {
      await embedded.stop();
    }
  } finally {
    release();
  }
}

function placeOf(dir: string) {
  return {
    dir: join(dir, "postgres"),
    passwordFile: join(dir, "postgres-password"),
    logFile: join(dir, "log", "postgres.log"),
  };
}

export function dataDir(): string {
  return resolve(env().DATA_DIR);
}

/** Sees to it that ENCRYPTION_KEYS is set and sound; says where it comes from when it was generated. */
export async function prepareKeys(dir: string): Promise<"given" | "generated"> {
  const given = env().ENCRYPTION_KEYS;
  if (!given) setEnvironment({ ENCRYPTION_KEYS: await readGeneratedKeys(dir) });
  await asProblem(() => parseKeys(env().ENCRYPTION_KEYS ?? ""), given ? "" : ` (read from ${join(dir, "keys.env")})`);
  return given ? "given" : "generated";
}

/** The migrated database, whether ours to start and stop or a server's. */
export async function openDatabaseServer(dir: string): Promise<Database> {
  const given = env().DATABASE_URL;
  if (given) {
    await checkConnection(given);
    await migrate(given);
    return { url: given, stop: async () => undefined };
  }
  const embedded = await asProblem(() => startEmbedded(placeOf(dir)));
  try {
    await migrate(embedded.url);
    await writeFile(join(dir, LIVE), JSON.stringify({ url: embedded.url, pid: process.pid }), { mode: 0o600 });
  } catch (error) {
    await embedded.stop();
    throw error;
  }
  return { ...embedded, stop: () => stopEmbedded(embedded, dir) };
}

async function stopEmbedded(embedded: EmbeddedDatabase, dir: string): Promise<void> {
  await rm(join(dir, LIVE), { force: true });
  await embedded.stop();
}

/** Puts values where `env()` reads them, for this and all later readers. */
export function setEnvironment(values: Record<string, string>): void {
  Object.assign(process.env, values);
  resetEnv();
}

async function migrate(url: string): Promise<void> {
  await asProblem(() => migrateDatabase(url)).catch((error: Problem) => {
    throw new Problem(`The database could not be brought up to date: ${error.message}`);
  });
}

async function runningDatabase(dir: string): Promise<string | undefined> {
  const holder = await holderOf(dir);
  if (!holder) return undefined;
  const live = await readFile(join(dir, LIVE), "utf8").then(JSON.parse, () => undefined);
  if (live?.pid !== holder.pid) {
    throw new Problem(
      `The installation on ${dir} is starting or uses another database (process ${holder.pid}). Try again, or set DATABASE_URL.`,
    );
  }
  return String(live.url);
}

/** One sentence about a server that does not let us in, never with its password. */
async function checkConnection(url: string): Promise<void> {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!address?.hostname)
    throw new Problem("DATABASE_URL does not work: it must look like postgres://user:password@host:5432/database.");
  const sql = postgres(url, { max: 1, connect_timeout: 10, onnotice: () => undefined });
  try {
    await sql`select 1`;
  } catch (error) {
    const { host, username, pathname } = address;
    throw new Problem(
      `DATABASE_URL does not work: ${reasonOf(error, { host, user: decodeURIComponent(username), database: pathname.slice(1) })}`,
    );
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function reasonOf(error: unknown, at: { host: string; user: string; database: string }): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return `nothing answers at ${at.host}.`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `the host of ${at.host} is not known.`;
  if (/TIMEOUT|EHOSTUNREACH|ENETUNREACH/.test(code)) return `${at.host} cannot be reached.`;
  if (code === "28P01" || code === "28000")
    return `the server at ${at.host} does not accept the user "${at.user}" with this password.`;
  if (code === "3D000") return `the server at ${at.host} has no database "${at.database}".`;
  const said = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return `the server at ${at.host} says: ${said}`;
}
