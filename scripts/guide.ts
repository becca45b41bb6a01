import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { Problem } from "@/server/problem";
import { readGuide, runGuide } from "./guide-commands";

const READ_WITHIN_MS = 180_000;
const USAGE = `npm run guide -- --url http://localhost:3000 --token YOUR_TOKEN
npm run guide -- --seed             makes the demo organization, or uses the one that is there
npm run seed -- --json | npm run guide    the same in two steps`;

const { values } = parseArgs({
  options: { url: { type: "string" }, token: { type: "string" }, seed: { type: "boolean" }, help: { type: "boolean" } },
});

if (values.help) process.stdout.write(`${USAGE}\n`);
else await main();

async function main(): Promise<void> {
  const { url, token } = await findTarget();
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  say(`docs/guide.md against ${url}\n`);
  if (!(await isUp(url))) throw new Problem(`Nothing answers at ${url}. Start the server first: npm start`);
  const commands = await readGuide();
  const differences = await runGuide(commands, { url, token, readWithinMs: READ_WITHIN_MS, say });
  say(
    differences.length === 0
      ? `\n${commands.length} commands did what the guide says.`
      : `\n${differences.length} differences:\n${differences.map((one) => `  ${one}`).join("\n")}`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
}

async function findTarget(): Promise<{ url: string; token: string }> {
  if (values.url && values.token) return { url: values.url.replace(/\/+$/, ""), token: values.token };
  const line = values.seed ? await seed() : process.stdin.isTTY ? "" : await text(process.stdin);
  const json = line.split("\n").findLast((one) => one.trim().startsWith("{"));
  const found: unknown = json ? JSON.parse(json) : undefined;
  if (typeof found === "object" && found !== null && "url" in found && "token" in found) {
    return { url: values.url?.replace(/\/+$/, "") ?? String(found.url), token: String(found.token) };
  }
  throw new Problem(`Say which server and with which token:\n\n${USAGE}`);
}

/** The one line of npm run seed -- --json. */
async function seed(): Promise<string> {
  const child = spawn(process.execPath, ["scripts/run.mjs", "scripts/seed.ts", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line, code] = await Promise.all([text(child.stdout), new Promise((done) => child.once("close", done))]);
  if (code !== 0) throw new Problem("The demo organization could not be made. The reason is above.");
  return line;
}

function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/api/health`).then(
    (response) => response.ok,
    () => false,
  );
}
