import { rmSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type EmbeddedDatabase, isAlive, startEmbedded } from "@/server/embedded";
import { migrateDatabase } from "./migrate";

const PREFIX = "whatsapp-console-test-";

/** Vitest's global setup: one PostgreSQL for the whole run, with a migrated database that every test file copies. Removed afterwards. */
export default async function startCluster(): Promise<() => Promise<void>> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await writeFile(join(folder, "pid"), `${process.pid}`);
  const cluster = await startEmbedded({
    dir: join(folder, "postgres"),
    passwordFile: join(folder, "password"),
    logFile: join(folder, "postgres.log"),
    // Nothing here has to survive a crash.
    // Its vacuum would sit in a database that is dropped, and only a superuser may end that.
    settings: { autovacuum: "off", fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_wal_size: "4GB" },
  });
  // Vitest leaves an interrupted run at once; what is still there then goes here.
  const removeNow = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.once("exit", removeNow);
  const stop = async () => {
    await cluster.stop();
    removeNow();
    process.removeListener("exit", removeNow);
  };
  try {
    await migrateDatabase(cluster.url);
    await freezeTemplate(cluster);
  } catch (error) {
    await stop();
    throw error;
  }
  process.env.TEST_CLUSTER_URL = cluster.url;
  return stop;
}

/** The migrated database becomes `template`, which nobody connects to: only such a database can be copied, by the program's own role. */
async function freezeTemplate({ url, adminUrl }: EmbeddedDatabase): Promise<void> {
  const { pathname, username } = new URL(url);
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  await sql.unsafe(`alter database ${pathname.slice(1)} rename to template; alter role ${username} createdb`);
  await sql.end();
}

/** What a killed run could not remove itself. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const owner = Number(await readFile(join(folder, "pid"), "utf8").catch(() => "0"));
    if (owner > 0 && !isAlive(owner)) await rm(folder, { recursive: true, force: true });
  }
}
