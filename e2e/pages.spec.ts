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

for (const language of LANGUAGES) {
  test(`every page is accessible in ${language}, in light and dark, on a desk and in a hand, and speaks one language`, async ({
    page,
  }) => {
    test.setTimeout(900_000);
    const seeded = await demo();
    const pages = await allPages(seeded);
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
        for (const size of [DESKTOP, PHONE]) {
          await page.setViewportSize(size);
          await openPage(page, one);
          // A theme changes the colours alone, a language the words and with them the widths.
          const themes = language === "en" ? THEMES : size === PHONE ? (["dark"] as const) : [];
          for (const [index, theme] of themes.entries()) {
            await page.emulateMedia({ colorScheme: theme });
            await expect(page.locator("html")).toHaveClass(new RegExp(`\\b${theme}\\b`));
            await expectAccessible(page, `${one.path} in ${language}, ${theme}, ${size.width} px`, index > 0 ? "colours" : "all");
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
