import { gzipSync } from "node:zlib";
import { type APIRequestContext, expect, test } from "@playwright/test";
import { demo } from "./demo";
import { signIn } from "./pages";

/** The most JavaScript, gzipped and in KiB, that a page may name in its HTML: what a browser loads before anybody asked for more. */
const BUDGETS = { "/login": 150, "/": 210, "/messages": 210, "/compose": 250 } as const;
/** A page that names less was not read, or not the page. */
const LEAST_KB = 20;
const BYTES_PER_KB = 1024;

test("no page sends more JavaScript than its budget", async ({ page }) => {
  const weights: Record<string, number> = {};
  for (const [path, most] of Object.entries(BUDGETS)) {
    if (path === "/") await signIn(page, await demo());
    const kb = Math.round(await weigh(page.request, path));
    weights[path] = kb;
    expect.soft(kb, `${path} in KB`).toBeGreaterThan(LEAST_KB);
    expect.soft(kb, `${path} in KB`).toBeLessThanOrEqual(most);
  }
  console.log(`KB of JavaScript, gzipped: ${JSON.stringify(weights)}`);
});

async function weigh(request: APIRequestContext, path: string): Promise<number> {
  const page = await request.get(path, { maxRedirects: 0 });
  expect(page.status(), path).toBe(200);
  const sizes = await Promise.all(
    scriptsOf(await page.text()).map(async (source) => gzipSync(await (await request.get(source)).body()).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / BYTES_PER_KB;
}

/** What the page itself names, except what only browsers without modules load. */
function scriptsOf(html: string): string[] {
  const tags = [...html.matchAll(/<(?:script|link)\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => !/nomodule/i.test(tag));
  return [...new Set(tags.flatMap((tag) => /(?:src|href)="([^"]+\.js[^"]*)"/.exec(tag)?.[1] ?? []))];
}
