import "server-only";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { isAlive } from "./embedded";
import { Problem } from "./problem";

const run = promisify(execFile);

// A server whose npm was killed notices within this time and leaves.
const LEAVE_WITHIN_MS = 4_000;

type Holder = { pid: number; startedAt: string };

/** Makes the data directory if there is none, for nobody's eyes but ours. */
export async function makeDataDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Problem(`The data directory ${dir} cannot be made: ${error instanceof Error ? error.message : error}`);
  }
}

/** Takes the data directory for this process; the returned function gives it back. A Problem when another living process has it. */
export async function lockDataDir(dir: string): Promise<() => void> {
  const file = join(dir, "lock");
  const draft = join(dir, `lock.${process.pid}`);
  const mine: Holder = { pid: process.pid, startedAt: await startOf(process.pid) };
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 }).catch((error) => {
    throw new Problem(`The data directory ${dir} cannot be written: ${error.message}`);
  });
  try {
    do {
      await requireUnlocked(dir);
      await rm(file, { force: true });
    } while (!(await linked(draft, file)));
  } finally {
    await rm(draft, { force: true });
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  return () => {
    process.removeListener("exit", release);
    release();
  };
}

/** A link appears with its content or not at all, and only one of several takers succeeds. */
async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    () => false,
  );
}

/** A Problem when another living process has the data directory; one that is about to leave is waited for. */
export async function requireUnlocked(dir: string): Promise<void> {
  const refuseAt = Date.now() + LEAVE_WITHIN_MS;
  for (let holder = await holderOf(dir); holder; holder = await holderOf(dir)) {
    if (Date.now() > refuseAt) {
      throw new Problem(
        `The data directory ${dir} is in use by process ${holder.pid}. Stop it first, or set DATA_DIR to another one.`,
      );
    }
    await sleep(100);
  }
}

/** The living process that has the data directory, if any. A dead one's number may meanwhile be someone else's: its start must fit. */
export async function holderOf(dir: string): Promise<Holder | undefined> {
  const text = await readFile(join(dir, "lock"), "utf8").catch(() => undefined);
  if (!text) return undefined;
  const holder = JSON.parse(text) as Holder;
  return isAlive(holder.pid) && (await startOf(holder.pid)) === holder.startedAt ? holder : undefined;
}

/** When a process started, in whatever words the system has; equal for equal processes. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat) {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
    // The 22nd field; the second may contain spaces, but ends with the last bracket.
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  }
  const ps = await run("ps", ["-o", "lstart=", "-p", `${pid}`]).catch(() => undefined);
  return ps?.stdout.trim() ?? "";
}

/** The generated encryption keys of this data directory, made on the first start. A Problem when they are lost but what they opened is there. */
export async function readGeneratedKeys(dir: string): Promise<string> {
  const file = join(dir, "keys.env");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text !== undefined) {
    const keys = /^ENCRYPTION_KEYS=(.*)$/m.exec(text)?.[1]?.trim();
    if (!keys)
      throw new Problem(`${file} holds no line ENCRYPTION_KEYS=id:base64. Put the file back as it was, or set ENCRYPTION_KEYS.`);
    return keys;
  }
  if (existsSync(join(dir, "postgres"))) {
    throw new Problem(
      `${file} is missing, and the database cannot be read without its keys. Put the file back, or set ENCRYPTION_KEYS.`,
    );
  }
  const keys = `k1:${randomBytes(32).toString("base64")}`;
  const comment =
    "# Everything secret in the database is encrypted with this. Without it, it is lost: keep a copy in a safe place.";
  await writeFile(file, `${comment}\nENCRYPTION_KEYS=${keys}\n`, { mode: 0o600, flag: "wx" });
  return keys;
}
