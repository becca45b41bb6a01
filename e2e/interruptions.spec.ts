import { expect, type Page, test } from "@playwright/test";
import { type Demo, demo } from "./demo";
import { expectAccessible } from "./look";
import { signIn } from "./pages";

test("a session that ends while one writes asks to sign in over the page, says that nothing was sent, and keeps what was written", async ({
  page,
}) => {
  const seeded = await demo();
  await signIn(page, seeded);
  await page.goto("/compose?to=%2B905551234567&template=order_confirmation");
  await page.getByLabel("customerName").fill("Zeynep");
  await page.getByLabel("orderNumber").fill("ORD-78");
  await expect(page.getByRole("button", { name: /^(Send|Schedule) message$/ })).toBeEnabled();
  await page.context().clearCookies();
  await page.getByRole("button", { name: /^(Send|Schedule) message$/ }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog).toContainText("Nothing was sent or saved.");
  await expectAccessible(page, "the sign-in over a page");
  await signInOverPage(page, { ...seeded, password: "not the password" });
  await expect(dialog.getByText("Wrong e-mail or password.")).toBeVisible();
  await signInOverPage(page, seeded);
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("customerName")).toHaveValue("Zeynep");
  await expect(page.getByLabel("orderNumber")).toHaveValue("ORD-78");
  await page.getByRole("button", { name: /^(Send|Schedule) message$/ }).click();
  await expect(page.getByRole("link", { name: "Details" })).toBeVisible();
});

test("a lost connection shows, holds the way to another page, and is noticed when it is back", async ({ page }) => {
  await signIn(page, await demo());
  await page.goto("/contacts");
  await expect(page.getByRole("heading", { name: "Contacts", level: 1 })).toBeVisible();
  await page.context().setOffline(true);
  const word = page.getByRole("status").filter({ hasText: "Connection lost" });
  await expect(word).toBeVisible();
  await expectAccessible(page, "a lost connection");
  await page.getByRole("link", { name: "Templates" }).first().click();
  await expect(word).toContainText("the page you chose opens then");
  await expect(page).toHaveURL(/\/contacts$/);
  await page.context().setOffline(false);
  await expect(page).toHaveURL(/\/templates$/);
  await expect(page.getByRole("heading", { name: "Templates", level: 1 })).toBeFocused();
  await expect(word).toBeHidden();
});

test("the palette reaches pages, people, templates, numbers and acts, whatever the capitals", async ({ page }) => {
  const seeded = await demo();
  await signIn(page, seeded);
  await page.goto("/");
  for (const [typed, found] of [
    ["business h", /Settings: Business hours/],
    ["ÖZTÜRK", /Fatma Öztürk/],
    ["order_conf", /order_confirmation/],
    ["ege kah", /Ege Kahve/],
    ["sign out", /Sign out/],
    ["invite", /Invite a person/],
  ] as const) {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(typed);
    await expect(page.getByRole("option", { name: found }).first()).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
});

test("the frame around the page calls the organization by its new name at once", async ({ page }) => {
  await signIn(page, await demo());
  await page.goto("/settings");
  const name = page.getByLabel("Name", { exact: true });
  // It is there when the form has come to life.
  await expect(name).not.toHaveValue("");
  const before = await name.inputValue();
  for (const next of [`${before} 2`, before]) {
    await name.fill(next);
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByRole("navigation").getByText(next, { exact: true }).first()).toBeVisible();
  }
});

async function signInOverPage(page: Page, { password }: Demo): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await dialog.getByLabel("Password", { exact: true }).fill(password);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
}
