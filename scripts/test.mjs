// npm test: everything, ending with the plain line "N passed, N failed".
import { rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./check.mjs";
import { ensureChromium } from "./chromium.mjs";
import { ensureDependencies, ensureServer, enterProject, forgetSettings, runCommand } from "./prepare.mjs";

const total = { passed: 0, failed: 0 };
const times = [];

await main();
console.log(`\n${times.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;

async function main() {
  if (!(await stage("packages", prepare))) return;
  const reports = await mkdtemp(join(tmpdir(), "whatsapp-console-reports-"));
  process.once("exit", () => rmSync(reports, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  await stage("lint, types, dead code", async () => {
    total.failed += await runChecks();
  });
  await stage("unit, database, route and engine tests", () => runVitest(join(reports, "vitest.json")));
  const chromium = await stage("Chromium", ensureChromium);
  const built = await stage("build", async () => (await ensureServer())());
  if (built) await stage("both servers", () => runVitest(join(reports, "servers.json"), ["--config", "e2e/vitest.config.ts"]));
  if (chromium && built) await stage("browser tests", () => runPlaywright(reports));
}

async function prepare() {
  enterProject();
  forgetSettings();
  await ensureDependencies();
}

/** Runs one part and notes its time. One that throws is a failure, not the end. */
async function stage(name, work) {
  console.log(`\n── ${name} ${"─".repeat(Math.max(0, 60 - name.length))}\n`);
  const startedAt = performance.now();
  const failedBefore = total.failed;
  let finished = true;
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    total.failed += 1;
    finished = false;
  }
  const mark = total.failed > failedBefore ? "✗" : "✓";
  times.push(`${mark} ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${name}`);
  return finished;
}

async function runVitest(file, more = []) {
  const args = ["run", ...more, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const env = { ...process.env, NODE_ENV: "test" };
  const code = await runCommand(process.execPath, ["node_modules/vitest/vitest.mjs", ...args], { env });
  const report = JSON.parse(await readFile(file, "utf8"));
  const hasFailed = ({ status }) => status === "failed";
  // A file that could not be loaded, or a suite without tests.
  const broken = report.testResults.filter((file) => hasFailed(file) && !file.assertionResults.some(hasFailed)).length;
  count(report.numPassedTests, report.numFailedTests + broken, code);
}

async function runPlaywright(folder) {
  const file = join(folder, "playwright.json");
  const env = { ...process.env, E2E_FOLDER: folder, PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const code = await runCommand(process.execPath, ["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json"], {
    env,
  });
  const { stats } = JSON.parse(await readFile(file, "utf8"));
  // A test that only passes the second time has failed.
  count(stats.expected, stats.unexpected + stats.flaky, code);
}

/** Whatever made the runner fail besides its tests counts as one. */
function count(passed, failed, exitCode) {
  total.passed += passed;
  total.failed += exitCode !== 0 && failed === 0 ? 1 : failed;
}
