import { expect, test } from "@playwright/test";
import { demo } from "./demo";
import { expectAccessible, listenForTrouble } from "./look";
import { signIn } from "./pages";

const RECIPIENT = "+905551234567";

test("leads from a blank page to a template that Meta approved and a message that was sent with it", async ({ page }) => {
  test.setTimeout(180_000);
  const trouble = listenForTrouble(page);
  await signIn(page, await demo());
  const text = page.getByLabel("Text", { exact: true });

  await test.step("begins with one of ours", async () => {
    await page.goto("/templates");
    await page.getByRole("link", { name: "New template" }).click();
    await page.getByRole("button", { name: "Start from …" }).click();
    await page.getByRole("menuitem", { name: /Order confirmation/ }).click();
    await expect(text).toHaveValue(/thank you for your order/);
    await expect(page.getByText("Meta’s rules are kept. It can be submitted.")).toBeVisible();
    await expect(page.getByRole("complementary", { name: "Preview" }).getByText("Hi Ayşe, thank you")).toBeVisible();
  });

  await test.step("tells a rule at its field while typing, and takes it back", async () => {
    await page.getByLabel("Name", { exact: true }).fill("Bakery Order 1");
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue("bakery_order_1");
    await text.fill("{{customer_name}} has ordered.");
    await expect(text).toHaveAccessibleDescription(/No variable may stand at the very start or end/);
    await expectAccessible(page, "the builder with a broken rule");
    await page.getByRole("button", { name: "Submit to Meta" }).click();
    await expect(text).toBeFocused();
    await page.keyboard.press("Control+z");
    await expect(text).toHaveValue(/thank you for your order/);
  });

  await test.step("is there after a reload", async () => {
    await text.fill("Hi {{customer_name}}, we bake {{order_number}} for you today.");
    await expect(page.getByText("Hi Ayşe, we bake TR-1001 for you today.")).toBeVisible();
    await page.reload();
    await expect(page.getByText("What you had written is here again.")).toBeVisible();
    await expect(text).toHaveValue(/we bake/);
  });

  await test.step("is given to Meta, which approves it", async () => {
    await page.getByRole("button", { name: "Submit to Meta" }).click();
    await expect(page.getByRole("heading", { name: "bakery_order_1" })).toBeVisible();
    await expect(page.getByText("Approved").first()).toBeVisible();
  });

  await test.step("and a message goes out with it", async () => {
    await page.getByRole("link", { name: "Use in a message" }).click();
    await page.getByLabel("To", { exact: true }).fill(RECIPIENT);
    await page.locator("[name='param-customer_name']").fill("Grace");
    await page.locator("[name='param-order_number']").fill("two loaves");
    await page.locator("[name='param-button_0']").fill("TR-7");
    await expect(page.getByText("Ready to send.")).toBeVisible();
    await page.getByRole("button", { name: "Send message" }).click();
    await expect(page.getByText(/Delivered|Read/).first()).toBeVisible();
  });
  expect(trouble.found).toEqual([]);
});
