import "server-only";
import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { routes } from "virtual:routes";
import next from "next";
import { closeDatabase } from "@/db/client";
import { startEngine } from "@/inngest/engine";
import { openDatabase } from "@/lib/ctx";
import { setSender, threadSender } from "@/lib/dispatch/sender";
import { env, publicUrl } from "@/lib/env";
import { announceAll } from "@/lib/live";
import { log } from "@/lib/log";
import { ensureSetupLink } from "@/lib/organizations/setup";
import { markOwnServer } from "@/lib/own-server";
import { startTelemetry } from "@/lib/telemetry";
import { createApiRouter } from "./api-router";
import { lockDataDir, makeDataDir, requireUnlocked } from "./data-dir";
import { isAlive } from "./embedded";
import { listen, requireFreePort } from "./http-server";
import { dataDir, openDatabaseServer, prepareKeys, setEnvironment } from "./installation";
import { asProblem } from "./problem";

// npm passes a Ctrl-C on to us although the terminal already did: two signals, one wish.
const SAME_WISH_MS = 1_000;
const NPM_LOOK_MS = 250;

/** Says what would keep the server from starting, before a long build: a wrong setting, a data directory or a port in use. */
export async function checkSurroundings(): Promise<void> {
  const { PORT } = await asProblem(env);
  await requireUnlocked(dataDir());
  await requireFreePort(PORT);
}

/** Starts everything in this process and stops it again on Ctrl-C or SIGTERM. Rejects with a Problem when it cannot start. */
export async function serve({ dev }: { dev: boolean }): Promise<void> {
  process.setSourceMapsEnabled(true);
  // What messages leave behind while they are sent would otherwise be kept until the heap is four times what is in use.
  setFlagsFromString("--heap-growing-percent=50");
  const startedAt = performance.now();
  const undo: (() => unknown)[] = [];
  const stop = stopOnSignal(undo);
  try {
    await start(dev, undo, stop);
    say(`Ready in ${((performance.now() - startedAt) / 1000).toFixed(1)} s. Ctrl-C stops it.`);
  } catch (error) {
    await runBackwards(undo);
    throw error;
  }
}

async function start(dev: boolean, undo: (() => unknown)[], stop: (exitCode: number) => void): Promise<void> {
  const { PORT, DATABASE_URL, TRUST_PROXY } = await asProblem(env);
  const dir = dataDir();
  await makeDataDir(dir);
  undo.push(await lockDataDir(dir));
  await requireFreePort(PORT);
  if ((await prepareKeys(dir)) === "generated" && DATABASE_URL) {
    say(
      `ENCRYPTION_KEYS is not set: using the generated key in ${join(dir, "keys.env")}. Other processes on this database need the same.`,
    );
  }

  say(DATABASE_URL ? "Connecting to the database …" : "Starting PostgreSQL …");
  const database = await openDatabaseServer(dir);
  let leaving = false;
  undo.push(() => {
    leaving = true;
    return database.stop();
  });
  void database.exited?.then(() => {
    if (leaving) return;
    log.fatal("The embedded PostgreSQL has gone; stopping");
    stop(1);
  });
  setEnvironment({ DATABASE_URL: database.url, NEXTAUTH_URL: publicUrl() });
  undo.push(closeDatabase);
  undo.push(announceAll);
  await asProblem(openDatabase);

  say(dev ? "Starting the development server …" : "Starting the server …");
  markOwnServer();
  undo.push(await startTelemetry());
  const app = next({ dev, dir: process.cwd(), port: PORT });
  await app.prepare();
  undo.push(() => app.close());
  const pages = app.getRequestHandler();
  const api = dev ? undefined : createApiRouter(routes);
  const courier = threadSender(new URL("./courier.mjs", import.meta.url));
  setSender(courier);
  undo.push(() => courier.close());
  const engine = await asProblem(startEngine);
  undo.push(() => engine.stop());
  undo.push(await listen({ port: PORT, trustProxy: TRUST_PROXY, api, pages: (req, res) => pages(req, res) }));
  undo.push(() => engine.leave());
  await announce(dir);
}

async function announce(dir: string): Promise<void> {
  const link = await ensureSetupLink();
  const file = join(dir, "setup-link");
  say(`\n  Open ${publicUrl()}`);
  if (link) {
    await writeFile(file, `${link}\n`, { mode: 0o600 });
    say(`  Nobody owns it yet. This link makes the owner, once:\n  ${link}\n`);
  } else {
    await rm(file, { force: true });
    say("");
  }
}

/** The first signal stops in order, the second at once. The returned function is the same as a first signal. */
function stopOnSignal(undo: (() => unknown)[]): (exitCode: number) => void {
  let stoppingSince: number | undefined;
  const stop = (exitCode: number) => {
    if (stoppingSince !== undefined) return;
    stoppingSince = performance.now();
    say("\nStopping …");
    void runBackwards(undo).then((clean) => process.exit(clean ? exitCode : 1));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stoppingSince !== undefined && performance.now() - stoppingSince > SAME_WISH_MS) process.exit(1);
      stop(0);
    });
  }
  process.on("unhandledRejection", (error) => log.error({ err: error }, "A promise failed and nobody looked"));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "An error that nobody caught; stopping");
    stop(1);
  });
  stopWithNpm(stop);
  return stop;
}

/** npm killed by force tells nobody; its server would live on unseen. */
function stopWithNpm(stop: (exitCode: number) => void): void {
  const npm = process.env.npm_lifecycle_event ? findNpm() : undefined;
  if (npm) setInterval(() => isAlive(npm) || stop(0), NPM_LOOK_MS).unref();
}

/** The process id of the npm that runs us: our parent, or the parent of the shell between. */
function findNpm(): number | undefined {
  for (let pid = process.ppid, up = 0; pid > 1 && up < 3; up++) {
    const said = spawnSync("ps", ["-ww", "-o", "ppid=,args=", "-p", `${pid}`], { encoding: "utf8" }).stdout ?? "";
    const [, parent, command = ""] = /^\s*(\d+)\s+(.*)$/m.exec(said) ?? [];
    if (/^npm\b|npm-cli\.js/.test(command)) return pid;
    pid = Number(parent);
  }
  return undefined;
}

/** True when every step went well; one that fails does not keep the others from happening. */
async function runBackwards(steps: (() => unknown)[]): Promise<boolean> {
  let clean = true;
  for (const step of steps.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      clean = false;
      log.error({ err: error }, "A part did not stop cleanly");
    }
  }
  return clean;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
