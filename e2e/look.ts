import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";
import { LANGUAGE_COOKIE, type Language } from "../lib/i18n/languages";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

type Violation = { id: string; impact: string | null; help: string; nodes: { target: string[]; failureSummary?: string }[] };

const RULES = {
  all: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  /** For a page whose rest was looked at in another theme. */
  colours: { type: "rule", values: ["color-contrast"] },
} as const;

/** Nothing on the page as it stands breaks a rule of WCAG 2.2 AA or of good practice. */
export async function expectAccessible(page: Page, where: string, rules: keyof typeof RULES = "all"): Promise<void> {
  await settle(page);
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const violations: Violation[] = await page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run({ runOnly })).violations;
  }, RULES[rules]);
  const found = violations.map(({ id, help, nodes }) => {
    const [first] = nodes;
    return `${id}: ${help} (${nodes.length}×, first ${first?.target.join(" ")})\n    ${first?.failureSummary?.replaceAll("\n", "\n    ")}`;
  });
  expect.soft(found, `${where} breaks rules of accessibility`).toEqual([]);
}

/** The same in light and in dark; a theme changes the colours alone. */
export async function expectAccessibleInBothThemes(page: Page, where: string): Promise<void> {
  for (const [index, colorScheme] of THEMES.entries()) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("html")).toHaveClass(new RegExp(`\\b${colorScheme}\\b`));
    await expectAccessible(page, `${where}, ${colorScheme}`, index > 0 ? "colours" : "all");
  }
}

/** Nothing makes the page itself scroll sideways. */
export async function expectNoSidewaysScroll(page: Page, where: string): Promise<void> {
  const tooWide = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth} px wide instead of ${clientWidth}`, ...wide.slice(-3).map((one) => one.outerHTML.slice(0, 160))];
  });
  expect.soft(tooWide, `${where} scrolls sideways`).toEqual([]);
}

/** Until fonts are there and nothing moves any more. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((one) => one.playState !== "running" || one.effect?.getComputedTiming().iterations === Number.POSITIVE_INFINITY),
  );
}

export async function speak(page: Page, language: Language): Promise<void> {
  await page
    .context()
    .addCookies([
      { name: LANGUAGE_COOKIE, value: language, url: new URL(page.url() === "about:blank" ? baseUrl() : page.url()).origin },
    ]);
}

function baseUrl(): string {
  return `http://localhost:${process.env.E2E_PORT}`;
}

/** What goes wrong in the browser without being seen: errors, missing texts, failed requests, what the page's policy forbade. */
export function listenForTrouble(page: Page): { found: string[] } {
  const found: string[] = [];
  void page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
      console.error(`The policy forbids: ${violatedDirective} ${blockedURI} (${sourceFile}:${lineNumber})`),
    );
  });
  page.on("pageerror", (error) => found.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) found.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) found.push(`${response.status()} ${response.url()}`);
  });
  return { found };
}
