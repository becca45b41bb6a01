import { expect, type Page, test } from "@playwright/test";
import { demo } from "./demo";
import { DESKTOP, expectAccessibleInBothThemes, listenForTrouble, PHONE } from "./look";
import { signIn } from "./pages";

type OpenState = { what: string; path: string; open: (page: Page) => Promise<void>; isOpen: RegExp | string; role: Role };
type Role = "menu" | "dialog" | "alertdialog" | "listbox";

const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name, exact: true }).first().click();

const STATES: OpenState[] = [
  { what: "the account's menu", path: "/", open: press("Your account"), role: "menu", isOpen: "Your account" },
  { what: "the language's menu", path: "/", open: press("Language"), role: "menu", isOpen: "Language" },
  { what: "the palette", path: "/", open: (page) => page.keyboard.press("Control+k"), role: "dialog", isOpen: /Go to/ },
  { what: "the keys", path: "/", open: (page) => page.keyboard.press("?"), role: "dialog", isOpen: "Keyboard shortcuts" },
  { what: "a filter", path: "/messages", open: press("Status"), role: "menu", isOpen: "Status" },
  { what: "the columns", path: "/messages", open: press("Columns"), role: "menu", isOpen: "Columns" },
  { what: "the dates", path: "/messages", open: press("Date"), role: "dialog", isOpen: "Date" },
  { what: "a picker", path: "/settings", open: press("Country"), role: "listbox", isOpen: /.*/ },
  {
    what: "a role",
    path: "/settings/members",
    open: (page) => page.getByRole("combobox").first().click(),
    role: "listbox",
    isOpen: /.*/,
  },
  { what: "an invitation", path: "/settings/members", open: press("Invite a person"), role: "dialog", isOpen: /Invite/ },
  { what: "a new token", path: "/settings/tokens?new=1", open: async () => undefined, role: "dialog", isOpen: /token/ },
  { what: "a new contact", path: "/contacts?new=1", open: async () => undefined, role: "dialog", isOpen: "Add a contact" },
];

test("nothing that opens is out of reach: menus, lists, popovers, dialogs and the palette, in light and dark", async ({
  page,
}) => {
  test.setTimeout(300_000);
  const trouble = listenForTrouble(page);
  await signIn(page, await demo());
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize(DESKTOP);
  let path = "";
  for (const state of STATES) {
    await test.step(state.what, async () => {
      if (state.path !== path) {
        await page.goto(state.path);
        await expect(page.locator(".animate-shimmer, .animate-spin")).toHaveCount(0);
        path = state.path;
      }
      await state.open(page);
      const opened = page.getByRole(state.role, { name: state.isOpen });
      await expect(opened).toBeVisible();
      await expectAccessibleInBothThemes(page, state.what);
      await page.keyboard.press("Escape");
      await expect(opened).toBeHidden();
    });
  }
  expect(trouble.found).toEqual([]);
});

test("the places without room in a phone's bar, and a question before an act, are within reach", async ({ page }) => {
  await signIn(page, await demo());
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize(PHONE);
  await page.goto("/settings/account");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "More" })).toBeVisible();
  await expectAccessibleInBothThemes(page, "the rest of the places");
  await page.keyboard.press("Escape");
  await page.goto("/settings/tokens");
  await page
    .getByRole("button", { name: /^Revoke/ })
    .first()
    .click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectAccessibleInBothThemes(page, "a question before an act");
});
