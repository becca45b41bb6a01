import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { consents } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { organizations } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { makeSender, ORDER } from "@/lib/messages/testing";
import { type BusinessHours, WEEKDAYS } from "@/lib/organizations/schema";
import { POST } from "./route";

useTestDatabase();
let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const PHONE = "+905551234567";
/** Open for one minute at the other end of the week. */
function closedNow(): BusinessHours {
  const inThreeDays = WEEKDAYS[(new Date().getUTCDay() + 2) % 7] ?? "monday";
  return {
    week: Object.fromEntries(
      WEEKDAYS.map((day) => [day, day === inThreeDays ? [{ from: "12:00", to: "12:01" }] : []]),
    ) as BusinessHours["week"],
    holidays: [],
    zone: "organization",
    purposes: ["marketing", "utility", "service"],
  };
}

async function make(sandbox: boolean, businessHours = closedNow()) {
  const sender = await makeSender(db, { settings: { businessHours }, integration: { sandbox } });
  const { organizationId } = sender;
  const body = { ...ORDER, integrationId: sender.integration.id, phoneNumber: PHONE, wording: "Agreed to a test message." };
  return {
    ...sender,
    body,
    ledger: () => db.select().from(consents).where(eq(consents.organizationId, organizationId)),
    stored: () => db.select().from(messages).where(eq(messages.organizationId, organizationId)),
    hours: async () =>
      (await db.select({ settings: organizations.settings }).from(organizations).where(eq(organizations.id, organizationId)))[0]
        ?.settings.businessHours,
  };
}

test("writes one consent, for the one purpose, with the message that needs it", async () => {
  const one = await make(true);
  const { status, body } = await ask(POST, { token: one.token, body: one.body });
  expect([status, body.status]).toEqual([202, "queued"]);
  expect(await one.ledger()).toMatchObject([
    { purpose: "utility", status: "opted_in", source: "setup", wording: "Agreed to a test message." },
  ]);
  await ask(POST, { token: one.token, body: one.body });
  expect(await one.ledger()).toHaveLength(1);
  expect(await one.stored()).toHaveLength(2);
});

test("a double click sends one message", async () => {
  const one = await make(true);
  const headers = { "idempotency-key": "click" };
  const answers = await Promise.all([1, 2, 3].map(() => ask(POST, { token: one.token, body: one.body, headers })));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect(await one.stored()).toHaveLength(1);
  expect(await one.ledger()).toHaveLength(1);
});

test("to the virtual phone it ignores hours, at departure too, and the hours stay as they are", async () => {
  const one = await make(true);
  const before = await one.hours();
  await ask(POST, { token: one.token, body: one.body });
  const [message] = await one.stored();
  expect(message).toMatchObject({ status: "queued", scheduledFor: null });
  await one.dispatch();
  const [after] = await one.stored();
  expect(after?.status).not.toBe("scheduled");
  expect(after?.scheduledFor).toBeNull();
  expect(await one.hours()).toEqual(before);
});

test("to a real person it waits for opening", async () => {
  const one = await make(false);
  const { body } = await ask(POST, { token: one.token, body: one.body });
  expect(body).toMatchObject({ status: "scheduled", scheduledFor: expect.any(String) });
});

test.each([
  ["an unknown template", { template: "nothing_like_it" }],
  ["wrong parameters", { templateParams: { orderNumber: "1" } }],
  ["a marketing template", { template: "spring_offer", templateParams: {} }],
])("%s is refused and leaves no consent behind", async (_what, change) => {
  const one = await make(true);
  expect((await ask(POST, { token: one.token, body: { ...one.body, ...change } })).status).toBeGreaterThanOrEqual(400);
  expect(await one.ledger()).toEqual([]);
  expect(await one.stored()).toEqual([]);
});

test("a person who opted out stays opted out", async () => {
  const one = await make(true);
  await one.optOut(PHONE);
  const { status, body } = await ask(POST, { token: one.token, body: one.body });
  expect([status, body.error]).toEqual([403, "recipient_not_opted_in"]);
  expect(await one.ledger()).toHaveLength(1);
});

test("needs the right to record consents as well as the right to send", async () => {
  const one = await make(true);
  expect((await ask(POST, { token: await one.tokenFor(["messages:write"]), body: one.body })).status).toBe(403);
  expect((await ask(POST, { token: await one.tokenFor(["contacts:write"]), body: one.body })).status).toBe(403);
  expect((await ask(POST, { token: await one.tokenFor(["messages:write", "contacts:write"]), body: one.body })).status).toBe(202);
});
