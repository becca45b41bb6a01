import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";

export const STAND_IN = {
  phoneNumberId: "200300400500600",
  businessAccountId: "100200300400500",
  token: "sandbox-token",
  appSecret: "sandbox-app-secret",
};

type Started = { child: ChildProcess; output: () => string; stop: (signal?: NodeJS.Signals) => Promise<void> };

/** Starts a program of the project in a process of its own. */
function start(args: string[], env: Record<string, string>): Started {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    child,
    output: () => output,
    async stop(signal = "SIGTERM") {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await gone;
    },
  };
}

export type Installation = Started & { url: string; dataDir: string; port: number; environment: Record<string, string> };

/** The product as `npm start` runs it, on a port and a data directory of its own; ready when health says so. */
export async function startInstallation(options: {
  port: number;
  dataDir?: string;
  env?: Record<string, string>;
}): Promise<Installation> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "console-bench-")));
  const url = `http://127.0.0.1:${options.port}`;
  const environment = {
    PORT: String(options.port),
    DATA_DIR: dataDir,
    PUBLIC_URL: url,
    NODE_ENV: "production",
    LOG_LEVEL: "warn",
    ...options.env,
  };
  const started = start(["scripts/start.mjs"], environment);
  for (let waited = 0; ; waited += 200) {
    const ready = await fetch(`${url}/api/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) break;
    if (started.child.exitCode !== null || waited > 600_000)
      throw new Error(`The installation did not start:\n${started.output()}`);
    await pause(200);
  }
  return { ...started, url, dataDir, port: options.port, environment };
}

/** The Graph stand-in as a process of its own: the judge of what arrives. */
export async function startStandIn(options: {
  port: number;
  webhookUrl?: string;
  rate: number;
  numbers?: string[];
  extra?: string[];
}) {
  const url = `http://127.0.0.1:${options.port}`;
  const args = [
    "--port",
    String(options.port),
    "--rate",
    String(options.rate),
    "--no-pair-limit",
    "--speed",
    "0.2",
    "--phone-number-id",
    (options.numbers ?? [STAND_IN.phoneNumberId]).join(","),
    ...(options.webhookUrl ? ["--webhook-url", options.webhookUrl] : []),
    ...(options.extra ?? []),
  ];
  // The judge shares the machine with those it judges: it must neither wait for them nor stop to collect garbage.
  const started = start(["--max-semi-space-size=64", "scripts/run.mjs", "scripts/sandbox.ts", ...args], {});
  try {
    setPriority(started.child.pid ?? 0, -15);
  } catch {
    // Only root may.
  }
  for (let waited = 0; ; waited += 100) {
    if (
      await fetch(`${url}/_sandbox/stats`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      break;
    if (started.child.exitCode !== null || waited > 60_000) throw new Error(`The stand-in did not start:\n${started.output()}`);
    await pause(100);
  }
  return {
    ...started,
    url,
    stats: async (): Promise<StandInStats> => (await fetch(`${url}/_sandbox/stats`)).json() as Promise<StandInStats>,
    reset: () => fetch(`${url}/_sandbox/reset`, { method: "POST" }),
    faults: (faults: object) =>
      fetch(`${url}/_sandbox/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(faults),
      }),
  };
}

export type StandInStats = {
  accepted: number;
  recipients: number;
  callbacks: { distinct: number; doubled: number; withoutCallbackData: number };
  numbers: {
    phoneNumberId: string;
    accepted: number;
    refused: Record<string, number>;
    maxPerSecond: number;
    /** In any one-second window, as the stand-in read them. */
    maxInAnySecond: number;
    /** The same with each arrival as early as it can have come: while the stand-in was busy, it waited to be read. */
    certainInAnySecond: number;
    perSecond: { second: number; accepted: number; refused: number }[];
  }[];
};

/** Runs a script of the project against an installation and gives what it printed. */
export async function runScript(file: string, args: string[], env: Record<string, string>): Promise<string> {
  const started = start(["scripts/run.mjs", file, ...args], env);
  const code = await new Promise<number | null>((resolve) => started.child.once("exit", resolve));
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${started.output()}`);
  return started.output();
}

export type Api = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; body: Record<string, unknown> & { [key: string]: never } }>;

export function apiOf(url: string, token: string): Api {
  return async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : {} };
  };
}

/** Makes a demo organization in the installation. Answers a token of its API. */
export async function seedToken(app: Installation): Promise<string> {
  const printed = await runScript("scripts/seed.ts", ["--json"], app.environment);
  return String(JSON.parse(printed.trim().split("\n").at(-1) ?? "{}").token);
}

/** Connects a number of the stand-in's, verified and ready to send. Answers the integration's id. */
export async function connectNumber(api: Api, standInUrl: string, phoneNumberId: string): Promise<string> {
  const made = await api("POST", "/api/v1/integrations", {
    provider: "meta",
    category: "whatsapp",
    apiKey: STAND_IN.token,
    endpointUrl: `${standInUrl}/v26.0`,
    config: { phoneNumberId, businessAccountId: STAND_IN.businessAccountId, appSecret: STAND_IN.appSecret },
  });
  const tested = await api("POST", `/api/v1/integrations/${made.body.id}/test`);
  if (tested.body.status !== "verified")
    throw new Error(`The number is not verified: ${JSON.stringify(made.body)} ${JSON.stringify(tested.body)}`);
  return String(made.body.id);
}

/** The stand-in's numbers of a benchmark that needs so many. */
export function phoneNumberIds(count: number): string[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? STAND_IN.phoneNumberId : `${STAND_IN.phoneNumberId}${i}`));
}

/** Messages that arrived in each whole second, all numbers together; the first second, begun in the middle, is left out. */
export function arrivedBySecond(stats: StandInStats, seconds: number): number[] {
  const bySecond = new Map<number, number>();
  for (const number of stats.numbers)
    for (const s of number.perSecond) bySecond.set(s.second, (bySecond.get(s.second) ?? 0) + s.accepted);
  return [...bySecond]
    .sort(([a], [b]) => a - b)
    .slice(1, seconds + 1)
    .map(([, n]) => n);
}

/** The middle time of so many GET requests, in ms. */
export async function medianMs(api: Api, path: string, times = 100): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    const { status } = await api("GET", path);
    if (status !== 200) throw new Error(`GET ${path} answered ${status}.`);
    took.push(performance.now() - from);
  }
  return took.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

export async function removeDataDir(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Memory that a process holds, in MB. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const { readFile } = await import("node:fs/promises");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
