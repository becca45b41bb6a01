import { expect, test } from "@playwright/test";
import { demo } from "./demo";
import { expectAccessibleInBothThemes } from "./look";
import { signIn } from "./pages";

test("a number of the sandbox is sent to with one press, and what failed stays legible on its phone", async ({ page }) => {
  await signIn(page, await demo());
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("/sandbox?phone=%2B905550000001");
  await page.getByRole("tab", { name: "Magic numbers" }).click();
  await page.getByRole("button", { name: "Send a message to +90 555 000 00 01" }).click();
  const chat = page.getByRole("log");
  await expect(chat.getByText("131026").first()).toBeVisible();
  await expectAccessibleInBothThemes(page, "a failed message on the virtual phone");
});
