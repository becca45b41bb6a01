import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import postgres from "postgres";

const run = promisify(execFile);

// What a person sees who starts, stops and breaks an installation. Each test has a data directory and a port of its own.
type Started = { child: ChildProcess; output: () => string; exitCode: Promise<number | null> };

// Every start and refusal takes seconds, more on a busy machine.
test.describe.configure({ timeout: 300_000 });

let folder = "";
let port = "";
const children = new Set<ChildProcess>();

test.beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "whatsapp-console-installation-")), "data");
  port = await freePort();
});

test.afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(join(folder, ".."), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function freePort(): Promise<string> {
  const probe = createServer().listen(0);
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return `${address && typeof address === "object" ? address.port : 0}`;
}

function start(environment: Record<string, string> = {}): Started {
  const env = { ...process.env, PORT: port, DATA_DIR: folder, LOG_LEVEL: "warn", ...environment };
  const child = spawn(process.execPath, ["scripts/start.mjs"], { env, stdio: ["ignore", "pipe", "pipe"] });
  children.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const exitCode = once(child, "exit").then(([code]): number | null => {
    children.delete(child);
    return code;
  });
  return { child, output: () => output, exitCode };
}

async function startAndWait(environment?: Record<string, string>): Promise<Started> {
  const started = start(environment);
  await expect.poll(started.output, { timeout: 120_000 }).toContain("Ready in");
  return started;
}

/** The last line of an attempt that must fail. */
async function refusal(environment: Record<string, string>): Promise<string | undefined> {
  const { output, exitCode } = start(environment);
  expect(await exitCode).toBe(1);
  return output().trim().split("\n").at(-1);
}

/** The demo organization, made in the running installation by the command that a person would use. */
async function seed(): Promise<{ url: string; token: string }> {
  const env = { ...process.env, PORT: port, DATA_DIR: folder, LOG_LEVEL: "warn" };
  const { stdout } = await run(process.execPath, ["scripts/run.mjs", "scripts/seed.ts", "--json"], { env });
  return JSON.parse(stdout);
}

async function databaseUrl(): Promise<string> {
  return JSON.parse(await readFile(join(folder, "database.json"), "utf8")).url;
}

async function query(url: string, text: string): Promise<postgres.RowList<postgres.Row[]>> {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

test("starts with a setup link, and Ctrl-C stops everything, the database included", async ({ request }) => {
  const { child, output, exitCode } = await startAndWait();
  expect(output()).toContain(`http://localhost:${port}/setup?token=`);
  expect((await request.get(`http://localhost:${port}/api/health`)).status()).toBe(200);
  const url = await databaseUrl();
  child.kill("SIGINT");
  expect(await exitCode).toBe(0);
  expect(existsSync(join(folder, "postgres", "postmaster.pid"))).toBe(false);
  await expect(query(url, "select 1")).rejects.toThrow("ECONNREFUSED");
});

test("kill -9 and a second start lose nothing", async () => {
  const first = await startAndWait();
  await query(await databaseUrl(), "create table notes as select 'kept' as note");
  first.child.kill("SIGKILL");
  await first.exitCode;
  const second = await startAndWait();
  expect([...(await query(await databaseUrl(), "select note from notes"))]).toEqual([{ note: "kept" }]);
  second.child.kill("SIGTERM");
  expect(await second.exitCode).toBe(0);
});

test("killed between the accepted send and its webhooks, it delivers the same message, once", async ({ request }) => {
  // Slow enough that the server dies before Meta's stand-in has reported anything but the acceptance.
  const first = await startAndWait({ SANDBOX_SPEED: "8" });
  const { url, token } = await seed();
  const headers = { authorization: `Bearer ${token}` };
  const countSent = async () => (await query(await databaseUrl(), "select count(*)::int as n from sandbox_messages"))[0]?.n;
  const before = await countSent();
  const data = { phoneNumber: "+905551234567", message: "Are you still there?" };
  const accepted = await request.post(`${url}/api/v1/crm/whatsapp/send`, { headers, data });
  expect(accepted.status()).toBe(202);
  const { id } = await accepted.json();
  await expect.poll(countSent).toBe(before + 1);
  first.child.kill("SIGKILL");
  await first.exitCode;

  const second = await startAndWait({ SANDBOX_SPEED: "0.2" });
  const message = async () => (await request.get(`${url}/api/v1/crm/whatsapp/messages/${id}`, { headers })).json();
  await expect.poll(async () => (await message()).status, { timeout: 90_000 }).toMatch(/^(delivered|read)$/);
  const steps = (await message()).timeline.map(({ step }: { step: string }) => step);
  for (const step of ["sent", "delivered"]) expect(steps.filter((one: string) => one === step)).toEqual([step]);
  expect(await countSent()).toBe(before + 1);
  second.child.kill("SIGTERM");
  expect(await second.exitCode).toBe(0);
});

test("what is wrong with the surroundings is said in one sentence", async () => {
  const { child, exitCode } = await startAndWait();
  const other = { DATA_DIR: `${folder}-other`, PORT: "1" };
  const url = await databaseUrl();

  expect(await refusal({ PORT: "1" })).toBe(
    `The data directory ${folder} is in use by process ${child.pid}. Stop it first, or set DATA_DIR to another one.`,
  );
  expect(await refusal({ ...other, PORT: port })).toBe(
    `Port ${port} is in use by another program. Stop it, or set PORT to another number.`,
  );
  child.kill("SIGTERM");
  expect(await exitCode).toBe(0);

  const free = { DATA_DIR: other.DATA_DIR };
  const { host } = new URL(url);
  expect(await refusal({ ...free, DATABASE_URL: url })).toBe(`DATABASE_URL does not work: nothing answers at ${host}.`);
  expect(await refusal({ ...free, DATABASE_URL: "mysql://me:secret@here/db" })).toBe(
    "The environment variable DATABASE_URL is wrong: must start with postgres:// or postgresql://.",
  );
  expect(await refusal({ ...free, ENCRYPTION_KEYS: "k1:c2hvcnQ=" })).toBe(
    'ENCRYPTION_KEYS: the key "k1" has 5 bytes; it needs 32, written in base64.',
  );
  await rename(join(folder, "keys.env"), join(folder, "keys.away"));
  expect(await refusal({})).toBe(
    `${join(folder, "keys.env")} is missing, and the database cannot be read without its keys. Put the file back, or set ENCRYPTION_KEYS.`,
  );
});

test("a server that does not know the password or the database is named without the password", async () => {
  const { child, exitCode } = await startAndWait();
  const url = new URL(await databaseUrl());
  const other = { DATA_DIR: `${folder}-other`, PORT: await freePort() };
  const nowhere = Object.assign(new URL(url), { pathname: "/nowhere" });
  expect(await refusal({ ...other, DATABASE_URL: nowhere.href })).toBe(
    `DATABASE_URL does not work: the server at ${url.host} has no database "nowhere".`,
  );
  const wrong = Object.assign(new URL(url), { password: "not-the-password" });
  expect(await refusal({ ...other, DATABASE_URL: wrong.href })).toBe(
    `DATABASE_URL does not work: the server at ${url.host} does not accept the user "${url.username}" with this password.`,
  );
  child.kill("SIGTERM");
  expect(await exitCode).toBe(0);
});
