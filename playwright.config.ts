import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, devices } from "@playwright/test";
import { findChromium } from "./scripts/chromium.mjs";
import { forgetSettings } from "./scripts/prepare.mjs";

// What a person has in .env must not reach the server under test, least of all their database.
forgetSettings();
// Playwright reads this file again in every worker, which inherits what the first reading decided.
process.env.E2E_FOLDER ??= makeFolder();
process.env.E2E_DATA_DIR ??= join(process.env.E2E_FOLDER, "data");
process.env.E2E_PORT ??= `${await freePort()}`;
const baseURL = `http://localhost:${process.env.E2E_PORT}`;

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.spec.ts",
  outputDir: "test-results",
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  use: {
    ...devices["Desktop Chrome"],
    baseURL,
    locale: "en-US",
    timezoneId: "Europe/Istanbul",
    trace: "retain-on-failure",
    actionTimeout: 30_000,
    launchOptions: { executablePath: findChromium() },
  },
  // One installation, one owner: its setup link exists until the first journey used it, and the demo is filled once. What hardly
  // touches the demo goes before what changes it; installations of their own wait for nobody.
  projects: [
    { name: "installations", testMatch: "installation.spec.ts", fullyParallel: true },
    { name: "first", testMatch: "first-message.spec.ts" },
    { name: "demo", testMatch: "demo.setup.ts", dependencies: ["first"] },
    {
      name: "look",
      testMatch: ["guide", "pages", "open-states", "weight", "interruptions", "sandbox-numbers", "templates"].map(
        (name) => `${name}.spec.ts`,
      ),
      fullyParallel: true,
      dependencies: ["demo"],
    },
    { name: "day", testMatch: "operator-day.spec.ts", dependencies: ["look"] },
  ],
  webServer: {
    command: "node scripts/start.mjs",
    url: `${baseURL}/api/health`,
    env: {
      PORT: process.env.E2E_PORT,
      DATA_DIR: process.env.E2E_DATA_DIR,
      SANDBOX_SPEED: "0.2",
      LOG_LEVEL: "warn",
    },
    gracefulShutdown: { signal: "SIGTERM", timeout: 30_000 },
    timeout: 300_000,
    stdout: "pipe",
  },
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "whatsapp-console-e2e-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : fail(new Error("No free port"))));
    });
  });
}
