import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { webhookEvents } from "@/db/schema/webhooks";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { diagnoseMessage } from "./diagnosis";
import { makeSender, ORDER, somePhone } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

async function sent(change: Partial<typeof messages.$inferInsert> = {}) {
  const org = await makeSender(db);
  const phone = somePhone();
  await org.optIn(phone);
  const { id } = await org.send({ phoneNumber: phone, ...ORDER });
  await db
    .update(messages)
    .set({ attempts: 0, ...change })
    .where(eq(messages.id, id));
  const diagnose = async (now = new Date()) => {
    const { checks, ...rest } = await diagnoseMessage(org.ctxAt(now), id);
    return { ...rest, found: Object.fromEntries(checks.map(({ name, outcome, code }) => [name, `${outcome} ${code}`])), checks };
  };
  return { ...org, phone, id, diagnose };
}

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test("a message that waits names every check, what each looked at, and what it waits for", async () => {
  const { diagnose, integration } = await sent();
  expect(await diagnose()).toMatchObject({
    status: "queued",
    verdict: "waiting",
    cause: "limits",
    found: {
      integration: "passed verified",
      recipient: "passed valid_phone_number",
      consent: "passed allowed",
      limits: "waiting pace",
      template: "passed approved",
      meta: "waiting not_asked",
    },
  });
  const { checks } = await diagnose();
  expect(checks.find(({ name }) => name === "integration")?.facts).toMatchObject({
    integrationId: integration.id,
    status: "verified",
  });
  expect(checks.find(({ name }) => name === "consent")?.facts).toMatchObject({
    purpose: "utility",
    state: "opted_in",
    source: "test",
  });
});

test("one that was read arrived, and has no cause", async () => {
  const { diagnose } = await sent({ status: "read", sentAt: ago(5), deliveredAt: ago(4), readAt: ago(3) });
  expect(await diagnose()).toMatchObject({
    verdict: "arrived",
    cause: null,
    found: { meta: "passed taken", delivery: "passed read" },
  });
});

test("an opt-out, a paused number and a paused template are each found", async () => {
  const { diagnose, optOut, phone, integration, organizationId } = await sent();
  await optOut(phone);
  await db.update(integrations).set({ status: "paused", pauseReason: "billing" }).where(eq(integrations.id, integration.id));
  await db.update(templates).set({ status: "PAUSED" }).where(eq(templates.organizationId, organizationId));
  const { found, cause } = await diagnose();
  expect(found).toMatchObject({ integration: "failed paused", consent: "failed opted_out", template: "failed not_approved" });
  expect(cause).toBe("integration");
});

test.each([
  ["an unknown number", { code: 131026, reason: "bad_recipient" }, "recipient", "failed refused_by_meta", "meta"],
  ["a limit", { code: 131056, reason: "pair_limit" }, "limits", "failed limit_reached", "meta"],
  ["the closed window", { reason: "outside_customer_service_window" }, "meta", "failed not_sent", "meta"],
  ["consent", { reason: "recipient_not_opted_in" }, "meta", "failed not_sent", "consent"],
] as const)(
  "a failure for %s is shown where it belongs, and is the cause whatever is wrong today",
  async (_, failure, name, said, cause) => {
    const { diagnose } = await sent({ status: "failed", failure, failedAt: ago(1) });
    expect(await diagnose()).toMatchObject({ verdict: "failed", cause, found: { [name]: said } });
  },
);

test("a number whose webhooks are silent is told from a person whose phone is off", async () => {
  const { diagnose, organizationId, integration } = await sent({ status: "sent", sentAt: ago(30) });
  expect(await diagnose()).toMatchObject({
    verdict: "waiting",
    cause: "delivery",
    found: { delivery: "unknown webhooks_silent" },
  });
  expect((await diagnose(ago(29))).found.delivery).toBe("waiting on_its_way");
  const event = {
    id: newId("whk"),
    organizationId,
    integrationIds: [integration.id],
    kinds: ["status"],
    status: "processed" as const,
  };
  await db.insert(webhookEvents).values({ ...event, bodyHash: event.id, body: "?", dueAt: ago(1), receivedAt: ago(1) });
  expect((await diagnose()).found.delivery).toBe("waiting not_delivered_yet");
});

test("free text is judged by its window, and nobody else's message is diagnosed", async () => {
  const { send, heard, ctx } = await sent();
  const phone = somePhone();
  await heard(phone);
  const { id } = await send({ phoneNumber: phone, message: "Hello" });
  const open = await diagnoseMessage({ ...ctx, now: new Date() }, id);
  expect(open.checks.find(({ name }) => name === "window")).toMatchObject({ outcome: "passed", code: "open" });
  expect(open.checks.some(({ name }) => name === "template")).toBe(false);
  await db
    .update(messages)
    .set({ status: "failed", sentAt: ago(1), failedAt: ago(1), failure: { code: 131047, reason: "outside_window" } })
    .where(eq(messages.id, id));
  const told = await diagnoseMessage({ ...ctx, now: new Date() }, id);
  expect(told.cause).toBe("window");
  expect(told.checks.find(({ name }) => name === "window")).toMatchObject({ outcome: "failed", code: "closed" });
  const late = await diagnoseMessage({ ...ctx, now: new Date(Date.now() + 25 * 3_600_000) }, id);
  expect(late.checks.find(({ name }) => name === "window")).toMatchObject({ outcome: "failed", code: "closed" });
  const other = await makeSender(db);
  await expect(diagnoseMessage(other.ctx, id)).rejects.toMatchObject({ code: "not_found" });
});
