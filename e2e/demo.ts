import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export type Demo = { url: string; email: string; password: string; token: string; organizationId: string; integrationId: string };

const file = () => join(process.env.E2E_FOLDER ?? "", "demo.json");

/** The demo organization of the server under test. */
export async function demo(): Promise<Demo> {
  return JSON.parse(await readFile(file(), "utf8"));
}

/** Fills the server under test with the demo organization. */
export async function fillDemo(): Promise<void> {
  const env = { ...process.env, PORT: process.env.E2E_PORT, DATA_DIR: process.env.E2E_DATA_DIR, LOG_LEVEL: "warn" };
  const child = spawn(process.execPath, ["scripts/run.mjs", "scripts/seed.ts", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  const [out, code] = await Promise.all([text(child.stdout), new Promise((done) => child.once("close", done))]);
  const line = out.split("\n").find((one) => one.startsWith("{"));
  if (code !== 0 || !line) throw new Error(`The seed failed: ${out}`);
  await writeFile(file(), line, { mode: 0o600 });
}

/** Asks the API as the demo's owner. */
export async function askApi<T>({ url, token }: Demo, path: string): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The one-time link that the server printed when it started. */
export async function setupLink(): Promise<string> {
  const file = join(process.env.E2E_DATA_DIR ?? "", "setup-link");
  const link = await readFile(file, "utf8").catch(() => undefined);
  if (!link) throw new Error("There is no setup link: somebody owns this installation. The setup must be the first journey.");
  return link.trim();
}
