import { chown, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedDatabase, startEmbedded } from "./embedded";

let folder = "";
let running: EmbeddedDatabase | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "embedded-"));
});
afterAll(async () => {
  await running?.stop();
  await rm(folder, { recursive: true, force: true });
});

const pidFile = () => join(folder, "postgres", "postmaster.pid");
const serverPid = async () => Number((await readFile(pidFile(), "utf8")).split("\n")[0]);

async function start(): Promise<EmbeddedDatabase> {
  running = await startEmbedded({
    dir: join(folder, "postgres"),
    passwordFile: join(folder, "password"),
    logFile: join(folder, "log"),
  });
  return running;
}

async function query<T extends object>(url: string, text: string): Promise<T[]> {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql.unsafe<T[]>(text);
  } finally {
    await sql.end();
  }
}

test("what was committed survives a kill of the server", async () => {
  const first = await start();
  await query(first.url, "create table notes as select 'kept' as note");
  process.kill(await serverPid(), "SIGKILL");
  await first.exited;
  const second = await start();
  expect(await query(second.url, "select note from notes")).toEqual([{ note: "kept" }]);
});

test("a server that was left behind is stopped, not fought", async () => {
  const left = running ?? (await start());
  const next = await start();
  await left.exited;
  expect(await query(next.url, "select note from notes")).toEqual([{ note: "kept" }]);
});

test("a process number that belongs to a stranger by now does not keep it from starting", async () => {
  await running?.stop();
  const { uid, gid } = await stat(join(folder, "postgres"));
  await writeFile(pidFile(), `${process.ppid}\n${join(folder, "postgres")}\n1\n5432\n\n127.0.0.1\n\nready   \n`);
  await chown(pidFile(), uid, gid);
  const { url } = await start();
  expect(await query(url, "select note from notes")).toHaveLength(1);
});

test("the program owns its database and what is in it, is no superuser, and its statements end", async () => {
  const { url } = running ?? (await start());
  await query(url, "create schema rooms; create type rooms.kind as enum ('a')");
  await query(url, "create table rooms.things (id int generated always as identity, number serial, kind rooms.kind)");
  await query(url, "create extension pg_trgm");
  const [role] = await query(
    url,
    `select rolname, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication, current_setting('statement_timeout') as ends
     from pg_roles where rolname = current_user`,
  );
  expect(role).toEqual({
    rolname: "console",
    rolsuper: false,
    rolcreaterole: false,
    rolcreatedb: false,
    rolbypassrls: false,
    rolreplication: false,
    ends: "5min",
  });
  await expect(query(url, "copy (select 1) to program 'true'")).rejects.toThrow("permission denied");
  await expect(query(url, "select pg_read_file('PG_VERSION')")).rejects.toThrow("permission denied");
});

test("an installation that belonged to the superuser keeps everything, under the program's name", async () => {
  const { url, adminUrl } = running ?? (await start());
  const { username: admin } = new URL(adminUrl);
  const asAdmin = `${adminUrl.slice(0, adminUrl.lastIndexOf("/"))}${new URL(url).pathname}`;
  await query(
    asAdmin,
    `alter database whatsapp owner to ${admin}; alter schema rooms owner to ${admin}; alter table rooms.things owner to ${admin};
     alter type rooms.kind owner to ${admin}; alter table notes owner to ${admin};
     create view seen as select note from notes; create sequence counter;
     create function twice(n int) returns int language sql as 'select n * 2';
     insert into rooms.things (kind) values ('a')`,
  );
  await running?.stop();
  const again = await start();
  await query(again.url, "insert into rooms.things (kind) values ('a'); alter table rooms.things add column more text");
  await query(again.url, "drop view seen; drop sequence counter; drop function twice; alter type rooms.kind add value 'b'");
  expect(await query(again.url, "select id, number from rooms.things order by id")).toEqual([
    { id: 1, number: 1 },
    { id: 2, number: 2 },
  ]);
  expect(await query(again.url, "select note from notes")).toEqual([{ note: "kept" }]);
});

test("sorts and folds case beyond ASCII, listens here only, and asks for a password of its own", async () => {
  const { url } = running ?? (await start());
  expect(await query(url, "select upper('çğş') as upper, current_setting('listen_addresses') as listens")).toEqual([
    { upper: "ÇĞŞ", listens: "127.0.0.1" },
  ]);
  expect(((await stat(join(folder, "password"))).mode & 0o777).toString(8)).toBe("600");
  await expect(query(url.replace(/:[^:@]+@/, ":postgres@"), "select 1")).rejects.toThrow("password authentication failed");
});
