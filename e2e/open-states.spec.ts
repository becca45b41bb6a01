import { expect, type Page, test } from "@playwright/test";
import { demo } from "./demo";
import { DESKTOP, expectAccessible, listenForTrouble, PHONE, THEMES } from "./look";
import { signIn } from "./pages";

type OpenState = { what: string; path: string; open: (page: Page) => Promise<void>; isOpen: RegExp | string; role: Role };
type Role = "menu" | "dialog" | "alertdialog" | "listbox";

const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name, exact: true }).first().click();
const pick = (name: string) => (page: Page) => page.getByRole("combobox", { name }).first().click();

const STATES: OpenState[] = [
  { what: "the account's menu", path: "/", open: press("Your account"), role: "menu", isOpen: "Your account" },
  { what: "the language's menu", path: "/", open: press("Language"), role: "menu", isOpen: "Language" },
  { what: "the palette", path: "/", open: (page) => page.keyboard.press("Control+k"), role: "dialog", isOpen: /Go to/ },
  { what: "the keys", path: "/", open: (page) => page.keyboard.press("?"), role: "dialog", isOpen: "Keyboard shortcuts" },
  { what: "a filter", path: "/messages", open: press("Status"), role: "menu", isOpen: "Status" },
  { what: "the columns", path: "/messages", open: press("Columns"), role: "menu", isOpen: "Columns" },
  { what: "the dates", path: "/messages", open: press("Date"), role: "dialog", isOpen: "Date" },
  { what: "a picker", path: "/settings", open: pick("Country"), role: "listbox", isOpen: /.*/ },
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
      await expectInBothThemes(page, state.what);
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
  await expectInBothThemes(page, "the rest of the places");
  await page.keyboard.press("Escape");
  await page.goto("/settings/tokens");
  await page
    .getByRole("button", { name: /^Revoke/ })
    .first()
    .click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await expectInBothThemes(page, "a question before an act");
});

test("a number of the sandbox is sent to with one press, and what failed stays legible on its phone", async ({ page }) => {
  await signIn(page, await demo());
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/sandbox?phone=%2B905550000001");
  await page.getByRole("tab", { name: "Magic numbers" }).click();
  await page.getByRole("button", { name: "Send a message to +90 555 000 00 01" }).click();
  const chat = page.getByRole("log");
  await expect(chat.getByText("131026").first()).toBeVisible();
  await expectInBothThemes(page, "a failed message on the virtual phone");
});

async function expectInBothThemes(page: Page, what: string): Promise<void> {
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("html")).toHaveClass(new RegExp(`\\b${colorScheme}\\b`));
    await expectAccessible(page, `${what}, ${colorScheme}`);
  }
}
