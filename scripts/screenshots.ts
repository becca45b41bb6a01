import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "@playwright/test";
import { Problem } from "@/server/problem";
import { type Demo, demo, fillDemo } from "../e2e/demo";
import { DESKTOP, PHONE, settle, speak, THEMES } from "../e2e/look";
import { allPages, openPage, type ShownPage, signIn } from "../e2e/pages";
import { LANGUAGES, type Language } from "../lib/i18n/languages";
import { ensureChromium, findChromium } from "./chromium.mjs";

const FOLDER = "docs/screenshots";
const START_WITHIN_MS = 600_000;
/** Charts draw in, and what is asked while one types is asked, a moment after the page came. */
const DRAWN_MS = 600;
/** Within this time the sandbox's customer has read a message. */
const READ_MS = 6_000;

const { values } = parseArgs({ options: { only: { type: "string" } } });

await ensureChromium();
const folder = await mkdtemp(join(tmpdir(), "whatsapp-console-screenshots-"));
const server = await startServer(folder);
try {
  await mkdir(FOLDER, { recursive: true });
  await fillDemo();
  const seeded = await demo();
  await fillPhone(seeded);
  const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  const pages = (await allPages(seeded)).filter(({ name }) => !values.only || name === values.only);
  let bytes = 0;
  for (const language of LANGUAGES) bytes += await shootAll(browser, seeded, pages, language);
  await browser.close();
  process.stdout.write(`${FOLDER}: ${(bytes / 1_000_000).toFixed(1)} MB\n`);
} finally {
  await stopServer(server);
  await rm(folder, { recursive: true, force: true });
}

/** Every page in one language, both themes and widths. Answers how many bytes were written. */
async function shootAll(browser: Browser, seeded: Demo, pages: readonly ShownPage[], language: Language): Promise<number> {
  const context = await browser.newContext({
    baseURL: seeded.url,
    locale: "en-US",
    timezoneId: "Europe/Istanbul",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto("/login");
  await speak(page, language);
  let bytes = 0;
  let isSignedIn = false;
  for (const one of pages) {
    if (one.signedIn && !isSignedIn) {
      await signIn(page, seeded);
      isSignedIn = true;
    }
    for (const size of [DESKTOP, PHONE]) {
      await page.setViewportSize(size);
      await openPage(page, one);
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        await settle(page);
        await page.waitForTimeout(DRAWN_MS);
        await page.waitForFunction(() => !document.querySelector(".animate-spin, .animate-shimmer"));
        const path = `${FOLDER}/${one.name}-${theme}-${size.width}-${language}.png`;
        const picture = await page.screenshot({ animations: "disabled", caret: "hide" });
        await writeFile(path, picture);
        bytes += picture.length;
      }
    }
    process.stdout.write(`${one.name} ${language}\n`);
  }
  await context.close();
  return bytes;
}

/** Sends what the guide sends and answers it, so that the virtual phone has something to show. */
async function fillPhone({ url, token, integrationId }: Demo): Promise<void> {
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${url}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Problem(`${path} answered ${response.status}: ${await response.text()}`);
    await new Promise((done) => setTimeout(done, READ_MS));
  };
  const phoneNumber = "+905551234567";
  const templateParams = { orderNumber: "ORD-12345", customerName: "John Doe" };
  await post("/crm/whatsapp/send", { phoneNumber, template: "order_confirmation", templateParams });
  await post(`/sandbox/${integrationId}/replies`, { from: phoneNumber, text: "Thank you! Can you grind it for a French press?" });
  await post("/crm/whatsapp/send", { phoneNumber, message: "Of course. I have changed the grind to *coarse* for this order." });
}

/** A server of its own, with a data directory of its own, so that nothing real is ever seen in a picture. */
async function startServer(dir: string): Promise<ChildProcess> {
  const port = await freePort();
  Object.assign(process.env, {
    E2E_FOLDER: dir,
    E2E_DATA_DIR: join(dir, "data"),
    E2E_PORT: `${port}`,
    DATABASE_URL: "",
    ENCRYPTION_KEYS: "",
    PUBLIC_URL: "",
  });
  const env = {
    ...process.env,
    PORT: `${port}`,
    DATA_DIR: join(dir, "data"),
    LOG_LEVEL: "warn",
    DATABASE_URL: "",
    PUBLIC_URL: "",
  };
  const child = spawn(process.execPath, ["scripts/start.mjs"], { stdio: ["ignore", "ignore", "inherit"], env });
  const endsAt = Date.now() + START_WITHIN_MS;
  while (Date.now() < endsAt && child.exitCode === null) {
    const isUp = await fetch(`http://localhost:${port}/api/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return child;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Problem("The server for the screenshots did not start. Its reason is above.");
}

async function stopServer(child: ChildProcess): Promise<void> {
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  await gone;
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
