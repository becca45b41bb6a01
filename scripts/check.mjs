// npm run check: lint, types and dead code at once. Needs no database; takes seconds.
import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { ensureDependencies, enterProject, explain } from "./prepare.mjs";

const CHECKS = [
  { name: "lint", command: ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "--max-diagnostics=60"] },
  {
    name: "types",
    command: ["node_modules/typescript/bin/tsc", "-p", "scripts/tsconfig.json", "--tsBuildInfoFile", ".build/check.tsbuildinfo"],
  },
  { name: "dead code", command: ["node_modules/knip/bin/knip.js", "--no-config-hints"] },
];

/** Runs all checks side by side, shows what they found, and answers how many failed. */
export async function runChecks() {
  const results = await Promise.all(CHECKS.map(runCheck));
  for (const { name, ok, seconds, output } of results) {
    if (!ok) console.log(`\n${output.trim()}\n`);
    console.log(`${ok ? "✓" : "✗"} ${name} (${seconds} s)`);
  }
  return results.filter(({ ok }) => !ok).length;
}

function runCheck({ name, command }) {
  const startedAt = performance.now();
  return new Promise((done) => {
    const child = spawn(process.execPath, command, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, FORCE_COLOR: "1" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    const finish = (ok) => done({ name, ok, seconds: ((performance.now() - startedAt) / 1000).toFixed(1), output });
    child.once("error", (error) => {
      output += error.message;
      finish(false);
    });
    child.once("close", (code) => finish(code === 0));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    enterProject();
    await ensureDependencies();
    process.exitCode = (await runChecks()) > 0 ? 1 : 0;
  } catch (error) {
    explain(error);
  }
}
