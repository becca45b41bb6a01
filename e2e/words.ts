import { readdirSync, readFileSync } from "node:fs";
import type { Page } from "@playwright/test";

const FOLDER = "lib/i18n";
const NAMESPACES = readdirSync(`${FOLDER}/en`).map((file) => file.replace(/\.json$/, ""));
const LEAST_LETTERS = 4;

const english = textsOf("en");
const turkish = new Set(textsOf("tr"));
/** What stands in the English catalogue alone: seen on a Turkish page it was forgotten. */
const onlyEnglish = new Set(english.filter((text) => text.length >= LEAST_LETTERS && !text.includes("{") && !turkish.has(text)));

/** Every text and name that the page shows or says aloud. */
export async function wordsOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || parent.closest("script, style, code, pre, [lang]:not(html)")) continue;
      const text = node.textContent?.trim();
      if (text) found.add(text);
    }
    for (const one of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
      for (const name of ["aria-label", "title", "placeholder"]) {
        const text = one.getAttribute(name)?.trim();
        if (text && !one.closest("[lang]:not(html)")) found.add(text);
      }
    }
    return [...found];
  });
}

/** Keys that no catalogue has, as next-intl shows them. */
export function missingKeys(words: readonly string[]): string[] {
  const key = new RegExp(`^(${NAMESPACES.join("|")})(\\.[a-zA-Z0-9_-]+)+$`);
  return words.filter((word) => key.test(word));
}

/** What the demo organization calls its number: a name, which stands in the catalogue as the wizard's suggestion. */
const NAMES = ["WhatsApp sandbox"];

/** English texts of the catalogue on a Turkish page. */
export function englishLeftovers(words: readonly string[]): string[] {
  return words.filter((word) => onlyEnglish.has(word) && !NAMES.includes(word));
}

function textsOf(language: string): string[] {
  return NAMESPACES.flatMap((name) => leaves(JSON.parse(readFileSync(`${FOLDER}/${language}/${name}.json`, "utf8"))));
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value.trim()];
  return value && typeof value === "object" ? Object.values(value).flatMap(leaves) : [];
}
