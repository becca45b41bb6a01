import { expect, type Page, test } from "@playwright/test";
import { demo } from "./demo";
import { expectAccessible, listenForTrouble } from "./look";
import { signIn } from "./pages";

const NEW_PHONE = "+905550107001";
const GUIDE_PHONE = "+905551234567";

test("a day of an operator: numbers, templates, consent, messages, settings", async ({ page }) => {
  test.setTimeout(300_000);
  const seeded = await demo();
  const trouble = listenForTrouble(page);

  await test.step("signs in, and is brought where they wanted to go", async () => {
    await page.goto("/messages?status=failed");
    await expect(page).toHaveURL(/\/login/);
    await page.goto("/login?next=%2Fmessages%3Fstatus%3Dfailed");
    await page.getByLabel("E-mail").fill(seeded.email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("Wrong e-mail or password.")).toBeVisible();
    await expectAccessible(page, "a refused sign-in");
    await page.getByLabel("Password", { exact: true }).fill(seeded.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(/\/messages\?status=failed/);
  });

  await test.step("sees on the overview whether messages go out and what needs a person", async () => {
    await page.getByRole("link", { name: "Overview" }).first().click();
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Needs you" })).toBeVisible();
    await expect(page.getByText("Ege Kahve").first()).toBeVisible();
  });

  await test.step("tests the number's connection", async () => {
    await page.getByRole("link", { name: "Integrations" }).first().click();
    await page.getByRole("link", { name: "Ege Kahve" }).click();
    await page.getByRole("button", { name: "Test connection" }).click();
    await expect(page.getByRole("button", { name: "Test connection" })).toBeEnabled();
    await expect(page.getByRole("region", { name: "Checks" }).getByText("All 5 checks passed")).toBeVisible();
    await expect(page.getByText("Verified", { exact: true }).first()).toBeVisible();
  });

  await test.step("syncs the templates and looks at one", async () => {
    await page.getByRole("link", { name: "Templates" }).first().click();
    await page.getByRole("button", { name: "Read from Meta" }).click();
    await expect(page.getByText(/templates read from Meta/)).toBeVisible();
    await page
      .getByRole("link", { name: /order_confirmation/ })
      .first()
      .click();
    await expect(page.getByRole("heading", { name: "order_confirmation" })).toBeVisible();
    await page.getByLabel(/customerName/).fill("Zeynep");
    await expect(page.getByText(/Zeynep/).first()).toBeVisible();
  });

  await test.step("adds a person and records that they agreed, with proof", async () => {
    await page.getByRole("link", { name: "Contacts" }).first().click();
    await page.getByRole("button", { name: "Add contact" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Phone number").fill(NEW_PHONE);
    await dialog.getByLabel("Name").fill("Zeynep Deneme");
    await expectAccessible(page, "the contact's form");
    await dialog.getByRole("button", { name: "Add contact" }).click();
    await expect(page.getByText("Contact added")).toBeVisible();
    await expect(page.getByRole("heading", { name: "Zeynep Deneme" })).toBeVisible();
    await recordConsent(page, "Opts in", "form 17, entry 4711");
    await expect(page.getByText("form 17, entry 4711")).toBeVisible();
    await recordConsent(page, "Opts out", "asked on the phone");
    await expect(page.getByText("asked on the phone")).toBeVisible();
    await expect(page.getByText("form 17, entry 4711")).toBeVisible();
  });

  await test.step("sees all reasons while writing, and mends them one by one", async () => {
    await page.goto("/compose");
    const to = page.getByRole("combobox", { name: "To" });
    await to.fill("0555 010 70 01");
    await to.press("Escape");
    await page.getByLabel("Text", { exact: true }).fill("Hello Zeynep");
    await expect(page.getByText("Did you mean +90 555 010 70 01?")).toBeVisible();
    await page.getByRole("button", { name: "Use this number" }).click();
    await expect(page.getByText("It cannot be sent for 2 reasons:")).toBeVisible();
    await expect(page.getByText(/Zeynep Deneme opted out on/)).toBeVisible();
    await expect(page.getByText("Send an approved template, or wait until the person writes to you.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Send message" })).toBeDisabled();
    await expectAccessible(page, "reasons while writing");
    await page.getByRole("button", { name: "Record opt-in" }).click();
    await fillConsent(page, "Opts in", "came back to the shop");
    await page.getByRole("button", { name: "Choose a template" }).first().click();
    await page
      .getByRole("combobox", { name: "Template" })
      .or(page.getByRole("button", { name: /Template/ }))
      .first()
      .click();
    await page.getByPlaceholder("Search a name, a language or a text").fill("order_confirmation");
    await page
      .getByRole("option", { name: /order_confirmation/ })
      .first()
      .click();
    await expect(page.getByText("Fill in customerName, orderNumber.")).toBeVisible();
    await page.getByLabel("customerName").fill("Zeynep");
    await page.getByLabel("orderNumber").fill("ORD-77");
    await expect(page.getByText("Ready to send.")).toBeVisible();
    await page.getByRole("button", { name: "Send message" }).click();
  });

  await test.step("follows the message in its timeline until it is read", async () => {
    await page.getByRole("link", { name: "Details" }).click();
    await expect(page).toHaveURL(/\/messages\/msg_/);
    await expect(page.getByRole("heading", { name: "Timeline" })).toBeVisible();
    await expect(page.getByText("Accepted by Meta")).toBeVisible({ timeout: 20_000 });
    await expect(page.getByRole("listitem").filter({ hasText: /^Read/ }).first()).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page, "a message's timeline");
  });

  await test.step("reads what a customer writes on the phone, and answers", async () => {
    await page.goto("/conversations");
    await expect(page.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
    const written = await page.request.post(`/api/v1/sandbox/${seeded.integrationId}/replies`, {
      data: { from: GUIDE_PHONE, text: "Do you deliver on *Saturday*?" },
      headers: { authorization: `Bearer ${seeded.token}` },
    });
    expect(written.ok()).toBe(true);
    // The guide made another number, by which the same person has a conversation of its own; the latest word is on top.
    const row = page
      .getByRole("list", { name: "Conversations" })
      .getByRole("link", { name: /John Doe/ })
      .first();
    await expect(row).toContainText("Do you deliver on");
    await expect(row).toContainText(/unread message/);
    await row.click();
    const thread = page.getByRole("log", { name: "Messages with John Doe" });
    await expect(thread.getByText("Saturday", { exact: true })).toBeVisible();
    await expectAccessible(page, "an open conversation");
    await page.getByLabel("Your answer").fill("We do, until noon.");
    await page.keyboard.press("Enter");
    await expect(thread.getByText("We do, until noon.")).toBeVisible();
    await expect(page.getByLabel("Your answer")).toHaveValue("");
    await expect(row).toContainText("You: We do, until noon.");
    await expect(row).not.toContainText(/unread message/);
    await expect(thread.getByText("Read", { exact: true }).last()).toBeAttached({ timeout: 20_000 });
  });

  await test.step("keeps filters in the address", async () => {
    await page.goto("/messages");
    await expect(page.getByText(/\d rows/).first()).toBeVisible();
    await page.getByRole("button", { name: "Status" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Failed" }).click();
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(/status=failed/);
    const rows = page.getByRole("table", { name: "Messages" }).getByRole("row");
    await expect(rows.nth(1)).toContainText("Failed");
    await page.reload();
    await expect(rows.nth(1)).toContainText("Failed");
    await expect(page.getByRole("table", { name: "Messages" }).getByText("Delivered", { exact: true })).toHaveCount(0);
    await rows.nth(1).getByRole("link").click();
    await expect(page).toHaveURL(/\/messages\/msg_.*status=failed/);
    await expect(page.getByText(/Failed:/).first()).toBeVisible();
  });

  await test.step("chooses rows, and is told what an address asks for in vain", async () => {
    await page.goto("/messages?status=bogus");
    await expect(page.getByText("The address asks for “bogus” at Status, which does not exist. It is left out.")).toBeVisible();
    await page.getByRole("button", { name: "Remove it from the address" }).click();
    await expect(page).not.toHaveURL(/bogus/);
    await page.getByRole("button", { name: "Status" }).click();
    await expectAccessible(page, "an open filter");
    await page.keyboard.press("Escape");
    await page.getByRole("table", { name: "Messages" }).getByRole("checkbox").nth(1).click();
    await expect(page.getByRole("status").filter({ hasText: "1 row selected" })).toBeVisible();
    await expectAccessible(page, "chosen rows");
    await page.getByRole("button", { name: "Cancel messages" }).click();
    await expect(page.getByRole("heading", { name: "The selected message cannot be cancelled" })).toBeVisible();
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByRole("button", { name: "Unselect" }).click();
    await expect(page.getByRole("button", { name: "Cancel messages" })).toHaveCount(0);
    await page.goto("/messages/msg_nothing");
    await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("Messages");
  });

  await test.step("finds what was written again after a reload, until it is sent or let go", async () => {
    await page.goto(`/compose?to=${encodeURIComponent(GUIDE_PHONE)}`);
    await page.getByLabel("Text", { exact: true }).fill("Half a thought");
    await page.reload();
    await expect(page.getByLabel("Text", { exact: true })).toHaveValue("Half a thought");
    await page.getByRole("button", { name: "Discard draft" }).click();
    await page.reload();
    await expect(page.getByLabel("Text", { exact: true })).toHaveValue("");
    await page.getByLabel("Text", { exact: true }).fill("x".repeat(5000));
    await expect(page.getByText(/904 characters too many: WhatsApp takes 4,096/)).toBeVisible();
    await expect(page.getByRole("button", { name: "Send message" })).toBeDisabled();
    await page.getByRole("button", { name: "Cut the end off" }).click();
    await expect(page.getByLabel("Text", { exact: true })).toHaveValue("x".repeat(4096));
    await page.getByLabel("Text", { exact: true }).fill("");
  });

  await test.step("is asked before unsaved hours are left", async () => {
    await page.goto("/settings/hours");
    await page.getByRole("button", { name: "Weekdays only" }).click();
    await page.getByRole("link", { name: "Messages" }).first().click();
    await expect(page.getByRole("heading", { name: "Leave without saving?" })).toBeVisible();
    await expectAccessible(page, "the question before leaving");
    await page.getByRole("button", { name: "Keep editing" }).click();
    await expect(page).toHaveURL(/settings\/hours/);
    await page.getByRole("link", { name: "Messages" }).first().click();
    await page.getByRole("button", { name: "Leave without saving" }).click();
    await expect(page).toHaveURL(/\/messages/);
  });

  await test.step("closes a day in the business hours", async () => {
    await page.goto("/settings/hours");
    await page.getByRole("button", { name: "Weekdays only" }).click();
    await expect(page.getByText("Closed").first()).toBeVisible();
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByText("Saved", { exact: true }).first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Save changes" })).toHaveCount(0);
    await page.getByRole("button", { name: "Always open" }).click();
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByRole("button", { name: "Save changes" })).toHaveCount(0);
    await page.reload();
    await expect(page.getByText("Open now: messages leave at once.")).toBeVisible();
  });

  await test.step("invites a person, who joins with the link", async () => {
    await page.getByRole("link", { name: "Members" }).click();
    await page.getByRole("button", { name: "Invite a person" }).click();
    await page.getByRole("dialog").getByLabel("E-mail").fill("selin@example.com");
    await page.getByRole("dialog").getByLabel("Viewer").click();
    await expectAccessible(page, "the invitation's form");
    await page.getByRole("button", { name: "Create the link" }).click();
    const link = await page
      .getByRole("dialog")
      .getByText(/\/link\?token=/)
      .textContent();
    await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
    await expect(page.getByText("selin@example.com")).toBeVisible();
    await joinAsStranger(page, link ?? "");
    await page.reload();
    await expect(page.getByRole("table").first().getByText("selin@example.com")).toBeVisible();
  });

  await test.step("creates a token that is shown once", async () => {
    await page.getByRole("link", { name: "API tokens" }).click();
    await page.getByRole("button", { name: "Create an API token" }).first().click();
    await page.getByRole("dialog").getByLabel("Name").fill("Shop backend");
    await expectAccessible(page, "the token's form");
    await page.getByRole("button", { name: "Create token" }).click();
    await expect(page.getByText("Shop backend was created")).toBeVisible();
    const token = await page
      .getByRole("status")
      .filter({ hasText: "Shop backend was created" })
      .getByText(/^dese_/)
      .textContent();
    const me = await page.request.get("/api/v1/me", { headers: { authorization: `Bearer ${token}` } });
    expect(me.status()).toBe(200);
    await page.reload();
    await expect(page.getByText("Shop backend").first()).toBeVisible();
    await expect(page.getByText(token ?? "")).toHaveCount(0);
  });

  await test.step("finds it all in the audit trail", async () => {
    await page.getByRole("link", { name: "Audit trail" }).click();
    for (const what of ["Created an API token", "Accepted an invitation", "Changed the organization", "Recorded consent"]) {
      await expect(page.getByText(what).first()).toBeVisible();
    }
  });

  await test.step("goes anywhere by the command palette", async () => {
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("Type a page, an action, a name or a number").fill("zeynep deneme");
    await page.getByRole("option", { name: /Zeynep Deneme \+90/ }).click();
    await expect(page.getByRole("heading", { name: "Zeynep Deneme" })).toBeVisible();
    await page.keyboard.press("Control+k");
    await expectAccessible(page, "the command palette");
    await page.getByPlaceholder("Type a page, an action, a name or a number").fill("integr");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/integrations/);
  });

  await test.step("signs out, and is a stranger again", async () => {
    await page.getByRole("button", { name: "Your account" }).first().click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/login/);
    await page.goto("/messages");
    await expect(page).toHaveURL(/\/login/);
  });
  expect(trouble.found).toEqual([]);
});

test("a message is written and sent with the keyboard alone", async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page, await demo());
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  // g, then n: compose.
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await expect(page).toHaveURL(/\/compose/);
  await expect(page.getByRole("combobox", { name: "To" })).toBeFocused();
  await page.keyboard.type(GUIDE_PHONE);
  await tabTo(page, "Text");
  await page.keyboard.type("Written without a mouse.");
  await expect(page.getByText("Ready to send.")).toBeVisible();
  await tabTo(page, "Send message");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "Details" })).toBeVisible();
  await tabTo(page, "Details");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/messages\/msg_/);
  await expect(page.getByText("Written without a mouse.").first()).toBeVisible();
});

/** Presses Tab until the element with this name has the focus: whoever cannot get there by Tab cannot get there. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const focused = page.locator(":focus");
    const names = await focused.evaluateAll(([one]) =>
      one instanceof HTMLElement
        ? [
            one.getAttribute("aria-label"),
            one.textContent,
            ...("labels" in one
              ? [...((one.labels as NodeListOf<HTMLElement> | null) ?? [])].map((label) => label.textContent)
              : []),
          ]
        : [],
    );
    if (names.some((one) => one?.trim() === name)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`"${name}" cannot be reached with Tab.`);
}

async function recordConsent(page: Page, choice: "Opts in" | "Opts out", evidence: string): Promise<void> {
  await page
    .getByRole("button", { name: choice === "Opts in" ? "Record opt-in" : "Record opt-out" })
    .first()
    .click();
  await fillConsent(page, choice, evidence);
}

async function fillConsent(page: Page, choice: "Opts in" | "Opts out", evidence: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: choice }).click();
  await dialog.getByRole("button", { name: "Record consent" }).click();
  await expect(dialog.getByText("Say where the consent comes from")).toBeVisible();
  await dialog.getByRole("button", { name: "Web form" }).click();
  await dialog.getByLabel("Evidence").fill(evidence);
  await dialog.getByRole("button", { name: "Record consent" }).click();
  await expect(dialog).toBeHidden();
}

async function joinAsStranger(page: Page, link: string): Promise<void> {
  const context = await page.context().browser()?.newContext();
  if (!context) throw new Error("No browser");
  const stranger = await context.newPage();
  await stranger.goto(link);
  await stranger.getByLabel("Your name").fill("Selin Er");
  await stranger
    .getByLabel(/password/i)
    .first()
    .fill("another long password");
  await stranger.getByRole("button", { name: /^Join/ }).click();
  await expect(stranger.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
  await expect(stranger.getByRole("link", { name: "Compose" })).toHaveCount(0);
  await context.close();
}
