import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually, freePort } from "@/inngest/testing";
import { EVENT_KEY, SIGNING_KEY, startInngestServer } from "@/inngest/testing-server";
import { startEmbedded } from "@/server/embedded";

const run = promisify(execFile);
const READY_WITHIN_MS = 120_000;

export type Demo = { email: string; password: string; token: string; organizationId: string; integrationId: string };
export type Host = {
  url: string;
  /** What the program has written so far. */
  output(): string;
  script(file: string, ...args: string[]): Promise<string>;
  /** As an operator ends it; resolves when the process has gone. */
  terminate(): Promise<void>;
  stop(): Promise<void>;
};
export type NextHost = Host & { inngest: Awaited<ReturnType<typeof startInngestServer>> };

/** `npm start`: everything in one process, the database too. */
export async function startOurServer(): Promise<Host> {
  const folder = await mkdtemp(join(tmpdir(), "whatsapp-console-host-"));
  const host = await startProgram(["scripts/start.mjs"], { DATA_DIR: join(folder, "data") });
  return { ...host, stop: () => host.terminate().finally(() => rm(folder, { recursive: true, force: true })) };
}

/** Plain `next start` as on Vercel: a PostgreSQL of its own, migrated beforehand, woken by the signed stand-in of Inngest. */
export async function startUnderNext(): Promise<NextHost> {
  const folder = await mkdtemp(join(tmpdir(), "whatsapp-console-host-"));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const postgres = await startEmbedded({
      dir: join(folder, "postgres"),
      passwordFile: join(folder, "password"),
      logFile: join(folder, "postgres.log"),
    });
    undo.push(() => postgres.stop());
    const inngest = await startInngestServer();
    undo.push(() => inngest.stop());
    const env = {
      VERCEL: "1",
      DATA_DIR: join(folder, "unused"),
      DATABASE_URL: postgres.url,
      DATABASE_URL_DIRECT: postgres.url,
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
      INNGEST_BASE_URL: inngest.url,
      INNGEST_EVENT_KEY: EVENT_KEY,
      INNGEST_SIGNING_KEY: SIGNING_KEY,
    };
    await runScript("scripts/migrate.ts", [], env);
    const host = await startProgram(["node_modules/next/dist/bin/next", "start"], env);
    undo.push(host.stop);
    return { ...host, inngest, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Plain `next start` that does not get as far as asking for its database. */
export function startWithout(settings: Record<string, string>): Promise<Host> {
  return startProgram(["node_modules/next/dist/bin/next", "start"], {
    VERCEL: "1",
    DATABASE_URL: "postgresql://nobody@127.0.0.1:1/nothing",
    ENCRYPTION_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    INNGEST_EVENT_KEY: EVENT_KEY,
    INNGEST_SIGNING_KEY: SIGNING_KEY,
    ...settings,
  });
}

/** Starts a program of ours on a free port; ready when it answers at all. */
async function startProgram(args: string[], settings: Record<string, string>): Promise<Host> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    PORT: `${port}`,
    PUBLIC_URL: url,
    NODE_ENV: "production",
    SANDBOX_SPEED: "0",
    METRICS_TOKEN: "for-the-tests-only",
    LOG_LEVEL: "info",
    ...settings,
  };
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (written += chunk));
  const stop = () => end(child, "SIGKILL");
  const isUp = () =>
    fetch(`${url}/api/health`).then(
      () => true,
      () => false,
    );
  try {
    await eventually(
      async () => (await isUp()) || child.exitCode !== null,
      (isOver) => isOver,
      "the start",
      READY_WITHIN_MS,
    );
    if (child.exitCode !== null) throw new Error("It ended by itself.");
  } catch (error) {
    await stop();
    throw new Error(`${args.join(" ")} did not start: ${error}\n${written}`);
  }
  return {
    url,
    output: () => written,
    script: (file, ...rest) => runScript(file, rest, env),
    terminate: () => end(child, "SIGTERM"),
    stop,
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
}

async function runScript(file: string, args: string[], env: Record<string, string>): Promise<string> {
  const { stdout } = await run(process.execPath, ["scripts/run.mjs", file, ...args], { env: { ...process.env, ...env } });
  return stdout;
}
