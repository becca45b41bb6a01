import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { POST as sendNow } from "@/app/api/v1/crm/whatsapp/messages/[id]/send-now/route";
import { GET as list } from "@/app/api/v1/crm/whatsapp/messages/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { auditEntries } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { askAgain } from "@/lib/dispatch/ask-again";
import { takeBatch } from "@/lib/dispatch/batch";
import { graphAccess } from "@/lib/integrations/access";
import { updateOrganization } from "@/lib/organizations/organizations";
import type { BusinessHours } from "@/lib/organizations/schema";
import { getMessage } from "./messages";
import { ALWAYS_OPEN, makeSender, ORDER, type Sender, somePhone } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const HOUR_MS = 3_600_000;
const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Istanbul" }).format(new Date());
/** Closed today, whatever the clock says, and open on the other days. */
const closedToday = (): BusinessHours => ({ ...ALWAYS_OPEN, holidays: [{ date: today() }] });

async function write(org: Sender, count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    ids.push((await org.send({ phoneNumber, ...ORDER })).id);
  }
  return ids;
}
const waitingOf = async (org: Sender, id: string) => (await getMessage(org.systemAt(), id)).waiting;
const setIntegration = (org: Sender, changes: Partial<typeof integrations.$inferInsert>) =>
  db.update(integrations).set(changes).where(eq(integrations.id, org.integration.id));

/** As the dispatcher looks at what is due, without sending it. Answers what would leave. */
async function look(org: Sender): Promise<string[]> {
  const ctx = org.systemAt();
  const [integration] = await db.select().from(integrations).where(eq(integrations.id, org.integration.id));
  if (!integration) throw new Error("The integration is missing.");
  const link = { integration, access: graphAccess(ctx, integration) };
  const batch = await takeBatch(ctx, link, { owner: "test", turn: 1, batchMs: 1_000, most: 100, except: [] });
  return batch?.ready.map(({ row }) => row.id) ?? [];
}

describe("a message that waits", () => {
  test("for its turn says how many are due and how fast they leave", async () => {
    const org = await makeSender(db, { integration: { ratePerSecond: 2 } });
    const [id = ""] = await write(org, 3);
    expect(await waitingOf(org, id)).toMatchObject({ code: "pace", details: { ahead: 3, isExact: true, perSecond: 2 } });
  });

  test("for opening hours says until when, and can be sent at once", async () => {
    const org = await makeSender(db, { settings: { businessHours: closedToday() } });
    const [id = ""] = await write(org);
    const message = await getMessage(org.systemAt(), id);
    expect(message).toMatchObject({
      status: "scheduled",
      waiting: { code: "business_hours", until: message.scheduledFor },
      canSendNow: true,
      canCancel: true,
      canResend: false,
    });
  });

  test("for a paused number says why it is paused", async () => {
    const org = await makeSender(db);
    const [id = ""] = await write(org);
    await setIntegration(org, { status: "paused", pauseReason: "billing" });
    expect(await waitingOf(org, id)).toEqual({ code: "number_paused", until: null, details: { reason: "billing" } });
    await setIntegration(org, { status: "failed", pauseReason: null });
    expect(await waitingOf(org, id)).toEqual({ code: "number_not_verified", until: null });
  });

  test("because Meta gives no clear answers says when it is tried again", async () => {
    const org = await makeSender(db);
    const [id = ""] = await write(org);
    const unreachableUntil = new Date(Date.now() + 30_000);
    await db.insert(lanes).values({ integrationId: org.integration.id, organizationId: org.organizationId, unreachableUntil });
    expect(await waitingOf(org, id)).toEqual({ code: "meta_unreachable", until: unreachableUntil.toISOString() });
  });

  test("because Meta holds it says so, is not offered again, and nothing is said of what has arrived", async () => {
    const org = await makeSender(db);
    const [held = "", arrived = ""] = await write(org, 2);
    await db.update(messages).set({ status: "sent", metaHold: "paused" }).where(eq(messages.id, held));
    await db.update(messages).set({ status: "delivered" }).where(eq(messages.id, arrived));
    const { body } = await ask(list, { token: org.token });
    const found = new Map(body.data.map((message: { id: string }) => [message.id, message]));
    expect(found.get(held)).toMatchObject({
      waiting: { code: "held_by_meta", until: null, details: { reason: "paused" } },
      canResend: false,
    });
    expect(found.get(arrived)).toMatchObject({ waiting: null, canResend: false, canCancel: false, canSendNow: false });
  });

  test("for a place of the allowance says when one is free, and leaves as soon as the limit is raised", async () => {
    const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_250" } });
    const ids = await write(org, 3);
    await setIntegration(org, { messagingLimitTier: "1" });
    // The places that the three took at the door are older than the limit that counts now.
    await db.execute(`delete from outreach where organization_id = '${org.organizationId}'`);
    expect(await look(org)).toEqual([ids[0]]);
    const waiting = await waitingOf(org, ids[2] ?? "");
    expect(waiting?.code).toBe("allowance");
    expect(Date.parse(waiting?.until ?? "")).toBeGreaterThan(Date.now() + 23 * HOUR_MS);
    await askAgain(db, new Date());
    expect(await look(org)).toEqual([ids[0]]);
    await setIntegration(org, { messagingLimitTier: "TIER_UNLIMITED" });
    await askAgain(db, new Date());
    expect((await look(org)).sort()).toEqual([...ids].sort());
    await askAgain(db, new Date());
    const [lease] = await db.select().from(lanes).where(eq(lanes.integrationId, org.integration.id));
    expect(lease?.overAllowanceSince).toBeNull();
  });

  test("for opening hours leaves as soon as they are changed to open, and waits anew where they stay closed", async () => {
    const org = await makeSender(db, { settings: { businessHours: closedToday() } });
    const [id = ""] = await write(org);
    const { scheduledFor } = await getMessage(org.systemAt(), id);
    await updateOrganization(org.ctxAt(new Date()), { name: "Another name" });
    await askAgain(db, new Date());
    expect(await look(org)).toEqual([]);
    const still = await getMessage(org.systemAt(), id);
    expect(still).toMatchObject({ status: "scheduled", scheduledFor, waiting: { code: "business_hours" } });
    expect(still.timeline.filter(({ step }) => step === "scheduled")).toHaveLength(1);
    await updateOrganization(org.ctxAt(new Date()), { businessHours: ALWAYS_OPEN });
    await askAgain(db, new Date());
    expect(await look(org)).toEqual([id]);
  });
});

describe("sending now", () => {
  test("overrides the hours, is in the audit, and asks the gate again", async () => {
    const org = await makeSender(db, { settings: { businessHours: closedToday() } });
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const { id } = await org.send({ phoneNumber, ...ORDER });
    await org.optOut(phoneNumber);
    expect(await ask(sendNow, { token: org.token, id, body: {} })).toMatchObject({
      status: 403,
      body: { error: "recipient_not_opted_in" },
    });
    expect(await org.read(id)).toMatchObject({ status: "scheduled" });
    await org.optIn(phoneNumber);
    const sent = await ask(sendNow, { token: org.token, id, body: {} });
    expect(sent).toMatchObject({ status: 200, body: { status: "queued", waiting: { code: "pace" }, canSendNow: false } });
    expect(await look(org)).toEqual([id]);
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.organizationId, org.organizationId));
    expect(entries.filter(({ action }) => action === "message.sent_now")).toHaveLength(1);
    expect(await ask(sendNow, { token: org.token, id, body: {} })).toMatchObject({ status: 409 });
  });
});
