// What every command does first. Only Node's own modules: nothing is installed yet.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [20, 19];
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = ["app", "components", "db", "inngest", "lib", "public", "scripts", "server"];
const CONFIGS = [
  "instrumentation-client.ts",
  "instrumentation.ts",
  "next.config.mjs",
  "package-lock.json",
  "package.json",
  "postcss.config.mjs",
  "proxy.ts",
  "tailwind.config.ts",
  "tsconfig.json",
];
const BUILD = ".build";
const STAMP = join(BUILD, "stamp");

/** Checks Node, goes to the project's folder and reads .env.local and .env; what the shell sets wins over both. */
export function enterProject() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new Problem(`Node ${process.versions.node} is too old: version ${OLDEST_NODE.join(".")} or later is needed.`);
  }
  process.chdir(ROOT);
  for (const file of [".env.local", ".env"]) if (existsSync(file)) process.loadEnvFile(file);
  // A reader of our output that goes away (npm start | head) must not bring us down.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/**
 * Unsets every variable of .env.example, for this process and those it starts: tests must not meet a person's own database.
 * Empty rather than deleted, so that .env, which a started server reads, does not bring them back.
 */
export function forgetSettings() {
  for (const [, name] of readFileSync(join(ROOT, ".env.example"), "utf8").matchAll(/^([A-Z_]+)=/gm)) {
    if (name !== "NODE_ENV") process.env[name] = "";
  }
}

/** Something the person can mend: shown as its sentence, without a stack. */
export class Problem extends Error {}

export function explain(error) {
  // Our own code throws sentences as plain errors; anything else is a defect, of which the place matters.
  const isSentence = error instanceof Problem || ["Error", "Problem", "AppError"].includes(error?.name);
  console.error(isSentence && process.env.LOG_LEVEL !== "debug" ? `\n${error.message}` : error);
  process.exit(1);
}

/** One line per stage, with the time it took; not on stdout, which belongs to what the command answers. */
async function stage(name, work) {
  const startedAt = performance.now();
  process.stderr.write(`${name} …\n`);
  const result = await work();
  process.stderr.write(`${name}: done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return result;
}

/** Installs exactly what the lockfile says, unless that is what is there. */
export async function ensureDependencies() {
  if (await hasDependencies()) return;
  await stage("Installing packages", async () => {
    const code = await npm(["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"]);
    if (code !== 0) throw new Problem("The packages could not be installed. npm's message is above.");
  });
}

async function hasDependencies() {
  const [wanted, installed] = await Promise.all([readJson("package-lock.json"), readJson("node_modules/.package-lock.json")]);
  if (!wanted) throw new Problem("package-lock.json is missing or unreadable.");
  if (!installed) return false;
  // npm writes its own list last, so an interrupted installation has none. Optional packages are missing on other platforms.
  return Object.entries(wanted.packages).every(([path, { version, optional, peer }]) => {
    if (path === "") return true;
    const found = installed.packages[path];
    return found ? found.version === version : Boolean(optional || peer);
  });
}

async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Runs npm, the one that runs us when there is one, and answers its exit code. */
export function npm(args) {
  const script = process.env.npm_execpath?.endsWith("npm-cli.js") ? process.env.npm_execpath : undefined;
  const options = { stdio: ["ignore", process.stderr, process.stderr] };
  return script ? runCommand(process.execPath, [script, ...args], options) : runCommand("npm", args, options);
}

/** Runs a command with our output and answers its exit code; 1 also when it was killed or does not exist. */
export function runCommand(file, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(file, args, { stdio: ["ignore", "inherit", "inherit"], ...options });
    const stop = (signal) => child.kill(signal);
    process.on("SIGINT", stop).on("SIGTERM", stop);
    const finish = (code) => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      done(code);
    };
    child.once("error", (error) => {
      console.error(error.message);
      finish(1);
    });
    child.once("exit", (code, signal) => {
      // Ctrl-C during a long step ends us as well.
      if (signal === "SIGINT" || signal === "SIGTERM") process.exit(130);
      finish(code ?? 1);
    });
  });
}

/** What is out of date: the last complete build was made from other sources. Answers a function that builds the rest, the pages. */
export async function ensureServer() {
  const sources = await hashSources();
  const stamp = await readFile(STAMP, "utf8").catch(() => "");
  if (stamp === sources && existsSync(".next/BUILD_ID") && existsSync(".build/server.mjs")) return async () => undefined;
  await mkdir(BUILD, { recursive: true });
  await rm(STAMP, { force: true });
  await stage("Building the server", () => buildServer("server"));
  return async () => {
    await stage("Building the pages (a minute or two the first time)", buildPages);
    await writeFile(STAMP, sources);
  };
}

async function buildPages() {
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const code = await runCommand(process.execPath, ["node_modules/next/dist/bin/next", "build"], { env });
  if (code !== 0) throw new Problem("The pages could not be built. Next's message is above.");
}

/** Bundles server/serve.ts and every API route into .build/<name>.mjs. */
export async function buildServer(name) {
  const { build } = await import("./build.mjs");
  await build(BUILD, name);
}

async function hashSources() {
  const files = [...CONFIGS];
  for (const folder of SOURCES) await listFiles(folder, files);
  const hash = createHash("sha256").update(process.versions.node.split(".")[0]);
  for (const file of files.sort()) {
    const content = await readFile(file).catch(() => undefined);
    if (content) hash.update(`\0${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

async function listFiles(folder, found) {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await listFiles(path, found);
    else if (!/\.(test|spec)\.tsx?$/.test(entry.name)) found.push(path);
  }
}
