import { readdirSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { LANGUAGES } from "../lib/i18n/languages";
import { demo } from "./demo";
import { DESKTOP, expectAccessible, expectNoSidewaysScroll, listenForTrouble, PHONE, speak, THEMES } from "./look";
import { allPages, openPage, signIn } from "./pages";
import { englishLeftovers, missingKeys, wordsOn } from "./words";

test("knows every page there is", async () => {
  const files = readdirSync("app", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("page.tsx"));
  const known = (await allPages(await demo())).map(({ file }) => file);
  expect(known.sort()).toEqual(files.sort());
});

// A list of pages a worker: what one looks at takes about as long as what the other does.
const PARTS = { "outside and at work": (path: string) => !isSettings(path), "where it is set up": isSettings };

for (const language of LANGUAGES) {
  for (const [part, isInPart] of Object.entries(PARTS)) {
    test(`every page ${part} is accessible in ${language}, in light and dark, on a desk and in a hand, and speaks one language`, async ({
      page,
    }) => {
      const seeded = await demo();
      const pages = (await allPages(seeded)).filter(({ path }) => isInPart(path));
      const trouble = listenForTrouble(page);
      await page.emulateMedia({ reducedMotion: "reduce" });
      await speak(page, language);
      let isSignedIn = false;
      for (const one of pages) {
        if (one.signedIn && !isSignedIn) {
          await signIn(page, seeded);
          isSignedIn = true;
        }
        await test.step(`${one.name} ${one.path}`, async () => {
          await page.setViewportSize(PHONE);
          await openPage(page, one);
          for (const size of [PHONE, DESKTOP]) {
            await page.setViewportSize(size);
            // A theme changes the colours alone, a language the words and with them the widths.
            const themes = language === "en" ? THEMES : size === PHONE ? (["dark"] as const) : [];
            for (const [index, theme] of themes.entries()) {
              await page.emulateMedia({ colorScheme: theme });
              await expect(page.locator("html")).toHaveClass(new RegExp(`\\b${theme}\\b`));
              await expectAccessible(
                page,
                `${one.path} in ${language}, ${theme}, ${size.width} px`,
                index > 0 ? "colours" : "all",
              );
            }
            await expectNoSidewaysScroll(page, `${one.path} in ${language}, ${size.width} px`);
            const words = await wordsOn(page);
            expect.soft(missingKeys(words), `${one.path} in ${language} shows keys`).toEqual([]);
            if (language === "tr") expect.soft(englishLeftovers(words), `${one.path} in Turkish speaks English`).toEqual([]);
          }
          await expect.soft(page.locator("html")).toHaveAttribute("lang", language);
          expect.soft(trouble.found.splice(0), `${one.path} in ${language} has trouble`).toEqual([]);
        });
      }
    });
  }
}

function isSettings(path: string): boolean {
  return /^\/(settings|integrations|sandbox|templates)/.test(path);
}
