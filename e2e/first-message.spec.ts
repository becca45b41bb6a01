import { expect, test } from "@playwright/test";
import { setupLink } from "./demo";
import { expectAccessible, listenForTrouble } from "./look";

const RECIPIENT = "+905551234567";

test("leads from the setup link to a message that was read and answered", async ({ page }) => {
  test.setTimeout(180_000);
  const trouble = listenForTrouble(page);

  await page.goto("/");
  await expect(page).toHaveURL(/\/login/);
  await expect(page.getByText("Nobody owns this installation yet")).toBeVisible();

  await test.step("the owner and the organization", async () => {
    await page.goto(await setupLink());
    await expect(page.getByRole("heading", { name: "Make this installation yours" })).toBeVisible();
    await expectAccessible(page, "the owner's step");
    await page.getByRole("button", { name: "Create and continue" }).click();
    await expect(page.getByLabel("Your name")).toHaveAttribute("aria-invalid", "true");
    await page.getByLabel("Your name").fill("Ada Owner");
    await page.getByLabel("E-mail").fill("ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill("a long enough password");
    await page.getByLabel("Name", { exact: true }).fill("Ada's Bakery");
    await page.getByRole("button", { name: "Create and continue" }).click();
  });

  await test.step("the sandbox", async () => {
    await expect(page.getByRole("heading", { name: "Connect WhatsApp" })).toBeVisible();
    await expectAccessible(page, "the connect step");
    await page.getByRole("button", { name: "Connect the sandbox" }).click();
    await expect(page.getByText("The number is verified and ready to send.")).toBeVisible();
    await expectAccessible(page, "the results of the test");
    await page.getByRole("button", { name: "Continue to the first message" }).click();
  });

  await test.step("the first message, watched until it is read", async () => {
    await expect(page.getByRole("heading", { name: "Send the first message" })).toBeVisible();
    await page.getByLabel("Order number").fill("ORD-1");
    await page.getByLabel("Customer name").fill("Grace");
    await expect(page.getByText(/Grace.*ORD-1|ORD-1.*Grace/).first()).toBeVisible();
    await page.getByRole("button", { name: "Send the message" }).click();
    await expect(page.getByText("Accepted")).toBeVisible();
    await expect(page.getByText("Each tick came by a signed webhook, just as from Meta.")).toBeVisible({ timeout: 30_000 });
    await expectAccessible(page, "the first message");
    await page.getByRole("button", { name: "Continue with your code" }).click();
  });

  await test.step("the guide's commands with the token filled in", async () => {
    await expect(page.getByRole("heading", { name: "Now from your code" })).toBeVisible();
    await expect(page.getByText(/Authorization: Bearer YOUR_TOKEN/).first()).toBeVisible();
    await page.getByRole("button", { name: "Create a token" }).click();
    await expect(page.getByText(/Authorization: Bearer dese_/).first()).toBeVisible();
    await expectAccessible(page, "the code step");
    await page.reload();
    await expect(page.getByText("Shown once, when it was made.")).toBeVisible();
    await expect(page.getByText(/Bearer dese_/)).toHaveCount(0);
    await page.getByRole("link", { name: "Open the virtual phone" }).click();
  });

  await test.step("the virtual phone shows the message and answers it", async () => {
    await expect(page).toHaveURL(/\/sandbox/);
    const chat = page.getByLabel("Chat", { exact: true });
    await expect(chat.getByText(/Grace/)).toBeVisible();
    await expectAccessible(page, "the virtual phone");
    await page.getByLabel("Write as the customer").fill("Thank you, until then!");
    await page.getByLabel("Write as the customer").press("Enter");
    await expect(chat.getByText("Thank you, until then!")).toBeVisible();
  });

  await test.step("the console knows that they wrote: free text may be sent", async () => {
    await page.goto("/contacts");
    await page
      .getByRole("row", { name: /555 123 45 67/ })
      .getByRole("link")
      .click();
    await expect(page.getByText(/Open, .* left/).first()).toBeVisible();
    await page.goto(`/compose?to=${encodeURIComponent(RECIPIENT)}`);
    await page.getByLabel("Text", { exact: true }).fill("With pleasure.");
    await expect(page.getByText("Ready to send.")).toBeVisible();
  });

  await test.step("the setup link is used up", async () => {
    await page.context().clearCookies();
    await page.goto("/setup?token=used");
    await expect(page.getByText("This installation is set up already")).toBeVisible();
  });
  expect(trouble.found).toEqual([]);
});
