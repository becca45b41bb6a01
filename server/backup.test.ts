import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useTestDatabase } from "@/db/testing";
import { parseKeys } from "@/lib/crypto";
import { openDatabase } from "@/lib/ctx";
import { makeSender, ORDER, type Sender } from "@/lib/messages/testing";
import { readBackup, writeBackup } from "./backup";

useTestDatabase();

const keys = parseKeys(process.env.ENCRYPTION_KEYS ?? "");
const [key] = keys;
if (!key) throw new Error("The tests have no key.");
const now = new Date();
let folder: string;
let file: string;
let sender: Sender;
const made: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "message-console-backup-test-"));
  file = join(folder, "backup");
  sender = await makeSender(await openDatabase());
  await sender.optIn("+905551234567");
  for (let i = 0; i < 3; i++) await sender.send({ phoneNumber: "+905551234567", ...ORDER });
  expect(await writeBackup(process.env.DATABASE_URL ?? "", key, file, now)).toBeGreaterThan(10);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await onCluster(async (sql) => {
    for (const name of made) await sql.unsafe(`drop database if exists ${name} with (force)`);
  });
});

async function onCluster<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres((process.env.DATABASE_URL ?? "").replace(/[^/]+$/, "postgres"), { max: 1, onnotice: () => undefined });
  return work(sql).finally(() => sql.end());
}

async function emptyDatabase(): Promise<string> {
  const name = `restored_${process.pid}_${made.length}`;
  made.push(name);
  await onCluster((sql) => sql.unsafe(`create database ${name}`));
  return (process.env.DATABASE_URL ?? "").replace(/[^/]+$/, name);
}

async function rowsOf(url: string): Promise<Record<string, string>> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const tables = await sql<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`;
    const found: Record<string, string> = {};
    for (const { name } of tables) {
      if (["engine_runs", "attempts", "messages", "integrations"].includes(name)) continue;
      const rows = await sql.unsafe(
        `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum from "${name}" t`,
      );
      found[name] = String(rows[0]?.sum);
    }
    return found;
  } finally {
    await sql.end();
  }
}

describe("a backup", () => {
  test("gives every row back; numbers start paused, and what may have left is unknown", async () => {
    const url = await emptyDatabase();
    const restored = await readBackup(url, keys, file, new Date());
    expect(restored).toMatchObject({ createdAt: now.toISOString(), paused: 1, uncertain: 3 });
    expect(await rowsOf(url)).toEqual(await rowsOf(process.env.DATABASE_URL ?? ""));
    const sql = postgres(url, { max: 1 });
    const messages = await sql`select status, unknown_since, timeline from messages`;
    const numbers = await sql`select status, pause_reason from integrations`;
    await sql.end();
    expect(messages).toHaveLength(3);
    for (const message of messages) {
      expect(message).toMatchObject({ status: "unknown", unknown_since: expect.any(Date) });
      expect(message.timeline.at(-1)).toMatchObject({ step: "unknown", detail: expect.stringContaining(now.toISOString()) });
    }
    expect(numbers).toMatchObject([{ status: "paused", pause_reason: "restored" }]);
  });

  test("shows nothing of what it holds", async () => {
    const text = (await readFile(file)).toString("latin1");
    for (const needle of ["organizations", "+905551234567", "order_confirmation", sender.organizationId])
      expect(text).not.toContain(needle);
  });

  test("is refused into a database that holds something", async () => {
    await expect(readBackup(process.env.DATABASE_URL ?? "", keys, file, now)).rejects.toThrow(/is not empty/);
  });

  test("is refused without its key", async () => {
    const others = parseKeys(`other:${Buffer.alloc(32, 1).toString("base64")}`);
    await expect(readBackup(await emptyDatabase(), others, file, now)).rejects.toThrow(/does not hold the key/);
  });

  test.each([
    ["cut off", (whole: Buffer) => whole.subarray(0, whole.length - 10)],
    [
      "with a changed byte",
      (whole: Buffer) => Buffer.from(whole).fill((whole.at(-40) ?? 0) ^ 1, whole.length - 40, whole.length - 39),
    ],
    [
      "with another header",
      (whole: Buffer) => Buffer.from(whole.toString("latin1").replace(/"createdAt":"2/, '"createdAt":"3'), "latin1"),
    ],
    ["with something after its end", (whole: Buffer) => Buffer.concat([whole, Buffer.from("more")])],
  ])("%s leaves nothing behind", async (_, spoil) => {
    const spoilt = join(folder, "spoilt");
    await writeFile(spoilt, spoil(await readFile(file)));
    const url = await emptyDatabase();
    await expect(readBackup(url, keys, spoilt, now)).rejects.toThrow(/damaged or cut off/);
    const sql = postgres(url, { max: 1 });
    const rows = await sql`select 1 from organizations`;
    await sql.end();
    expect(rows).toHaveLength(0);
  });

  test("is no file of another kind", async () => {
    const other = join(folder, "other");
    await writeFile(other, "hello\nworld\n");
    await expect(readBackup(await emptyDatabase(), keys, other, now)).rejects.toThrow(/not a backup/);
  });
});
