import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { contacts, conversations } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { earlyStatuses, messages } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { webhookEvents } from "@/db/schema/webhooks";
import { useTestDatabase } from "@/db/testing";
import { findContacts } from "@/lib/contacts/contacts";
import { openDatabase } from "@/lib/ctx";
import { addIntegration, makeSender, ORDER, type Sender, somePhone } from "@/lib/messages/testing";
import { namedAccounts, parseWebhookJson } from "@/lib/whatsapp/inbound";
import { processWebhooks } from "./process";
import { bodyOf, deadLettersOf, deliver, entryOf, eventsOf, processAll, type Status, statusBody } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

async function connected() {
  const org = await makeSender(db);
  const secret = org.integration.appSecret ?? "";
  const tell = async (...statuses: Status[]) => {
    expect(await deliver(statusBody(org.integration, statuses), secret)).toBe(200);
    await processAll(db);
  };
  const person = somePhone();
  await org.optIn(person);
  const write = async (phoneNumber = person) => {
    const { id } = await org.send({ phoneNumber, ...ORDER });
    await db
      .update(messages)
      .set({ status: "sending", attempts: 1, leaseUntil: new Date(Date.now() + 60_000) })
      .where(eq(messages.id, id));
    return id;
  };
  return { ...org, secret, tell, write };
}

describe("statuses through Meta's door", () => {
  test("find their message by our id before Meta's id is known, and by Meta's id afterwards", async () => {
    const org = await connected();
    const id = await org.write();
    await org.tell({ id: "wamid.M1", status: "delivered", biz_opaque_callback_data: id });
    expect(await org.read(id)).toMatchObject({ status: "delivered", wamid: "wamid.M1", leaseUntil: null });
    await org.tell({ id: "wamid.M1", status: "read" });
    expect(await org.read(id)).toMatchObject({ status: "read" });
  });

  test("without our id wait until the message's id is learned, also from a status in the same body", async () => {
    const org = await connected();
    const id = await org.write();
    await org.tell({ id: "wamid.M2", status: "read" });
    expect(await org.read(id)).toMatchObject({ status: "sending" });
    await org.tell({ id: "wamid.M2", status: "delivered" }, { id: "wamid.M2", status: "sent", biz_opaque_callback_data: id });
    const message = await org.read(id);
    expect(message).toMatchObject({ status: "read", wamid: "wamid.M2" });
    expect(
      message.timeline
        .filter((step) => step.source === "webhook")
        .map((step) => step.step)
        .sort(),
    ).toEqual(["delivered", "read", "sent"]);
    expect(await db.select().from(earlyStatuses).where(eq(earlyStatuses.organizationId, org.organizationId))).toEqual([]);
  });

  test("of another organization's message, or of another number's, change nothing", async () => {
    const [org, other] = [await connected(), await connected()];
    const id = await org.write();
    await other.tell({ id: "wamid.M3", status: "failed", biz_opaque_callback_data: id, errors: [{ code: 131026, title: "x" }] });
    const second = await addIntegration(db, org.organizationId);
    expect(
      await deliver(statusBody(second, [{ id: "wamid.M3", status: "read", biz_opaque_callback_data: id }]), second.appSecret),
    ).toBe(200);
    await processAll(db);
    expect(await org.read(id)).toMatchObject({ status: "sending", wamid: null, failure: null });
  });

  test("keep Meta's own time, but none that has not come yet", async () => {
    const org = await connected();
    const id = await org.write();
    const at = new Date("2026-10-01T10:00:00Z");
    await org.tell(
      { id: "wamid.M4", status: "sent", timestamp: String(at.getTime() / 1000), biz_opaque_callback_data: id },
      { id: "wamid.M4", status: "delivered", timestamp: "99999999999", biz_opaque_callback_data: id },
    );
    const message = await org.read(id);
    expect(message.sentAt).toEqual(at);
    expect(message.deliveredAt?.getTime()).toBeLessThanOrEqual(Date.now());
  });

  test("that fail for the account pause the integration while they are news", async () => {
    const [org, late] = [await connected(), await connected()];
    const billing = { status: "failed", errors: [{ code: 131042, title: "Business eligibility payment issue" }] };
    await org.tell({ id: "wamid.M5", ...billing, biz_opaque_callback_data: await org.write() });
    const stateOf = async (sender: Sender) =>
      (await db.select().from(integrations).where(eq(integrations.id, sender.integration.id)))[0];
    expect(await stateOf(org)).toMatchObject({ status: "paused", pauseReason: "billing", pauseErrorCode: 131042 });
    const hoursAgo = String(Math.floor(Date.now() / 1000) - 3 * 3600);
    await late.tell({ id: "wamid.M6", ...billing, timestamp: hoursAgo, biz_opaque_callback_data: await late.write() });
    expect(await stateOf(late)).toMatchObject({ status: "verified" });
  });

  test("that fail for the person's own stop end marketing to him", async () => {
    const org = await connected();
    const id = await org.write();
    await org.tell({
      id: "wamid.M7",
      status: "failed",
      biz_opaque_callback_data: id,
      errors: [{ code: 131050, title: "Stopped" }],
    });
    const { contactId } = await org.read(id);
    const [contact] = await db.select().from(contacts).where(eq(contacts.id, contactId));
    expect(contact?.marketingStoppedAt).not.toBeNull();
  });
});

describe("a body with one bad item among a hundred", () => {
  test("has 99 processed and one set aside, and is set aside once however often it is processed", async () => {
    const org = await connected();
    const ids: string[] = [];
    for (let i = 0; i < 100; i++) ids.push(await org.write());
    // A status of no message.
    const statuses = ids.map(
      (id, i): Status => ({
        id: i === 41 ? "" : `wamid.B${i}`,
        status: "delivered",
        biz_opaque_callback_data: id,
      }),
    );
    await org.tell(...statuses);
    const rows = await db
      .select({ id: messages.id, status: messages.status })
      .from(messages)
      .where(eq(messages.organizationId, org.organizationId));
    expect(rows.filter((row) => row.status === "delivered")).toHaveLength(99);
    expect(rows.find((row) => row.status !== "delivered")).toEqual({ id: ids[41], status: "sending" });
    const [event] = await eventsOf(db, org.organizationId);
    expect(event).toMatchObject({ status: "processed", error: null });
    expect(await deadLettersOf(db, org.organizationId)).toMatchObject([
      { eventId: event?.id, position: 41, item: { biz_opaque_callback_data: ids[41] } },
    ]);

    await db
      .update(webhookEvents)
      .set({ status: "pending", dueAt: new Date() })
      .where(eq(webhookEvents.id, event?.id ?? ""));
    await processAll(db);
    expect(await deadLettersOf(db, org.organizationId)).toHaveLength(1);
    for (const row of await db
      .select({ timeline: messages.timeline })
      .from(messages)
      .where(eq(messages.organizationId, org.organizationId))) {
      expect(row.timeline.filter((step) => step.source === "webhook").length).toBeLessThanOrEqual(1);
    }
  });

  test("sets aside what makes no sense and takes the rest", async () => {
    const org = await connected();
    const id = await org.write();
    const body = bodyOf(
      entryOf(org.integration, {
        statuses: ["?", { status: "sent" }, { id: "wamid.B200", status: "sent", biz_opaque_callback_data: id }],
      }),
      { id: org.integration.businessAccountId, changes: "?" },
    );
    expect(await deliver(body, org.secret)).toBe(200);
    await processAll(db);
    expect(await org.read(id)).toMatchObject({ status: "sent" });
    const letters = await deadLettersOf(db, org.organizationId);
    expect(letters).toHaveLength(3);
    for (const letter of letters) expect(letter.error).toMatch(/^(An item|An entry|A change)/);
  });
});

describe("several processes", () => {
  test("share the bodies and process each effect once", async () => {
    const org = await connected();
    const ids: string[] = [];
    for (let i = 0; i < 30; i++) ids.push(await org.write());
    for (const [i, id] of ids.entries()) {
      for (const status of ["read", "sent", "delivered"])
        await deliver(statusBody(org.integration, [{ id: `wamid.P${i}`, status, biz_opaque_callback_data: id }]), org.secret);
    }
    await Promise.all([1, 2, 3, 4].map(() => processAll(db)));
    for (const id of ids) {
      const message = await org.read(id);
      expect(message.status).toBe("read");
      expect(message.timeline.filter((step) => step.source === "webhook")).toHaveLength(3);
    }
    expect((await eventsOf(db, org.organizationId)).every((event) => event.status === "processed")).toBe(true);
  });

  test("take up a body whose processor died, after its lease", async () => {
    const org = await connected();
    const id = await org.write();
    await deliver(statusBody(org.integration, [{ id: "wamid.P100", status: "sent", biz_opaque_callback_data: id }]), org.secret);
    const lease = new Date(Date.now() + 30_000);
    await db.update(webhookEvents).set({ attempts: 1, dueAt: lease }).where(eq(webhookEvents.organizationId, org.organizationId));
    expect(await processWebhooks(db)).toBe(0);
    await db.update(webhookEvents).set({ dueAt: new Date() }).where(eq(webhookEvents.organizationId, org.organizationId));
    expect(await processWebhooks(db)).toBe(1);
    expect(await org.read(id)).toMatchObject({ status: "sent" });
  });
});

describe("what people write", () => {
  const say = async (org: Awaited<ReturnType<typeof connected>>, message: object) => {
    await deliver(
      bodyOf(entryOf(org.integration, { contacts: [{ wa_id: "905551230000", profile: { name: "Ayşe" } }], messages: [message] })),
      org.secret,
    );
    await processAll(db);
  };
  const windowOf = async (org: Sender) => {
    const contact = (await findContacts(org.ctx, ["+905551230000"])).get("+905551230000");
    const [row] = await db
      .select({ at: conversations.lastInboundAt })
      .from(conversations)
      .where(and(eq(conversations.integrationId, org.integration.id), eq(conversations.contactId, contact?.id ?? "")));
    return row?.at ?? null;
  };
  const text = (id: string, timestamp: number) => ({
    id,
    from: "905551230000",
    timestamp: String(timestamp),
    type: "text",
    text: { body: "Hi" },
  });

  test("opens the window from Meta's time, never moves it back, and never into the future", async () => {
    const org = await connected();
    const now = Math.floor(Date.now() / 1000);
    await say(org, text("wamid.T1", now - 600));
    expect(await windowOf(org)).toEqual(new Date((now - 600) * 1000));
    await say(org, text("wamid.T2", now - 900));
    expect(await windowOf(org)).toEqual(new Date((now - 600) * 1000));
    await say(org, text("wamid.T3", now + 90_000));
    expect((await windowOf(org))?.getTime()).toBeLessThanOrEqual(Date.now());
  });

  test("opens no window when it only takes back or corrects what was written", async () => {
    const org = await connected();
    await say(org, {
      id: "wamid.T4",
      from: "905551230000",
      timestamp: "1790000000",
      type: "revoke",
      revoke: { original_message_id: "wamid.T1" },
    });
    expect(await windowOf(org)).toBeNull();
  });

  test("stop and resume of marketing hold in the order in which they were said", async () => {
    const org = await connected();
    const prefer = async (value: string, timestamp: number) => {
      const preference = { wa_id: "905551230000", category: "marketing_messages", value, timestamp };
      await deliver(bodyOf(entryOf(org.integration, { user_preferences: [preference] }, "user_preferences")), org.secret);
      await processAll(db);
      return (await findContacts(org.ctx, ["+905551230000"])).get("+905551230000")?.marketingStoppedAt ?? null;
    };
    expect(await prefer("stop", 1_790_000_100)).toEqual(new Date(1_790_000_100_000));
    expect(await prefer("resume", 1_790_000_050)).toEqual(new Date(1_790_000_100_000));
    expect(await prefer("resume", 1_790_000_200)).toBeNull();
    // Said before the resume, told after it.
    expect(await prefer("stop", 1_790_000_150)).toBeNull();
    expect(await prefer("stop", 1_790_000_300)).toEqual(new Date(1_790_000_300_000));
  });
});

test("a template's new state is kept for its own account only, in whichever writing of its language", async () => {
  const [org, other] = [await connected(), await connected()];
  const value = {
    event: "PAUSED",
    message_template_id: 1,
    message_template_name: "order_confirmation",
    message_template_language: "EN",
    reason: "NONE",
  };
  await deliver(
    bodyOf({ id: org.integration.businessAccountId, changes: [{ field: "message_template_status_update", value }] }),
    org.secret,
  );
  await processAll(db);
  const stateOf = async (sender: Sender) => {
    const [row] = await db
      .select()
      .from(templates)
      .where(
        and(
          eq(templates.organizationId, sender.organizationId),
          eq(templates.name, "order_confirmation"),
          eq(templates.language, "en"),
        ),
      );
    return row;
  };
  expect(await stateOf(org)).toMatchObject({ status: "PAUSED", rejectedReason: null });
  expect(await stateOf(other)).toMatchObject({ status: "APPROVED" });
});

/** Bodies from other people's test suites, kept outside the repository because of their licences. Where the folder is not there, these cases do not exist. */
const FOLDER = path.resolve(import.meta.dirname, "../../../shared/webhook-cases");
const INDEX = path.join(FOLDER, "index.json");
const cases: { file: string; what: string }[] = existsSync(INDEX) ? JSON.parse(readFileSync(INDEX, "utf8")).cases : [];

describe.skipIf(cases.length === 0)("collected webhook bodies", () => {
  for (const { file, what } of cases) {
    test(`${what} is taken, processed, and leaves nothing set aside (${file})`, async () => {
      const body = readFileSync(path.join(FOLDER, file), "utf8");
      const named = namedAccounts(parseWebhookJson(body));
      const phoneNumberId = named.phoneNumberIds[0];
      const businessAccountId = named.businessAccountIds[0] ?? (JSON.parse(body) as { entry?: { id?: string }[] }).entry?.[0]?.id;
      const org = await makeSender(db, {
        integration: {
          ...(phoneNumberId ? { phoneNumberId } : {}),
          ...(businessAccountId ? { businessAccountId } : {}),
          sandbox: true,
        },
      });
      expect(await deliver(body, org.integration.appSecret)).toBe(200);
      await processAll(db);
      expect(await eventsOf(db, org.organizationId)).toMatchObject([{ status: "processed", body, error: null }]);
      expect(await deadLettersOf(db, org.organizationId)).toEqual([]);
    });
  }
});
