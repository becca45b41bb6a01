// Finds or fetches a Chromium for the browser tests and the screenshots.
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Problem, runCommand } from "./prepare.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const APPLICATIONS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The path of an installed Chromium or Chrome; undefined when there is none but perhaps Playwright's own. */
export function findChromium() {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const found = NAMES.map((name) => join(folder, name)).find(isExecutable);
    if (found) return found;
  }
  return APPLICATIONS.find(isExecutable);
}

/** Sees to it that there is one: what is installed, else Debian's package when we may install it, else Playwright's download. */
export async function ensureChromium() {
  if (findChromium()) return;
  const { chromium } = await import("@playwright/test");
  if (existsSync(chromium.executablePath())) return;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await runCommand("apt-get", ["update", "-q"], { env });
    await runCommand("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium"], { env });
    if (findChromium()) return;
  }
  const code = await runCommand(process.execPath, ["node_modules/@playwright/test/cli.js", "install", "chromium"]);
  if (code !== 0)
    throw new Problem("No Chromium was found and none could be installed. Install Chromium or Chrome and try again.");
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
