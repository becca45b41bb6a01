import { eq } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { sandboxMessages, sandboxPhones, sandboxWebhooks } from "@/db/schema/sandbox";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { blindIndex } from "@/lib/keyring";
import { TransportError } from "@/lib/whatsapp/transport";
import { registerAccount } from "./accounts";
import { deliverDueWebhooks } from "./deliver";
import {
  getPhoneChat,
  getSandboxSettings,
  listPhoneChats,
  replyFromPhone,
  seedPhone,
  setPhonePresence,
  updateSandboxSettings,
} from "./phone";
import { startReceiver } from "./testing";
import { sandboxTransport } from "./transport";

useTestDatabase();

const TO = "+905551234567";
const MINUTE_MS = 60_000;

let db: Db;
let ctx: Ctx;
let id: string;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeAll(async () => {
  db = await openDatabase();
});
beforeEach(async () => {
  receiver = await startReceiver("secret");
  process.env.PORT = String(receiver.port);
  process.env.SANDBOX_SPEED = "1";
  resetEnv();
  ({ ctx } = await makeOrganization(db));
  id = await makeIntegration(ctx);
});
afterEach(async () => {
  await receiver.close();
  await db.delete(sandboxWebhooks);
});

async function makeIntegration(owner: Ctx): Promise<string> {
  const integrationId = newId("int");
  await db.insert(integrations).values({
    id: integrationId,
    organizationId: owner.organizationId,
    name: "Demo shop",
    provider: "meta",
    category: "whatsapp",
    sandbox: true,
    endpointUrl: "https://graph.facebook.com/v26.0",
    phoneNumberId: "your-phone-number-id",
    businessAccountId: "your-business-account-id",
    accessToken: "your-meta-access-token",
    appSecret: "secret",
    webhookVerifyToken: "verify-me",
    webhookVerifyTokenIndex: blindIndex("integrations.webhook_verify_token", integrationId),
  });
  await registerAccount({ db, now: new Date() }, { id: integrationId, organizationId: owner.organizationId });
  return integrationId;
}

async function graph(method: "GET" | "POST", path: string, body?: unknown, token = "your-meta-access-token") {
  const answer = await sandboxTransport(
    db,
    id,
  )({
    method,
    url: `https://graph.facebook.com/v26.0/${path}`,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: JSON.parse(answer.text) };
}

const sendTo = (
  to: string,
  content: Record<string, unknown> = {
    type: "template",
    template: { name: "appointment_reminder", language: { code: "tr" }, components: REMINDER },
  },
) =>
  graph("POST", "your-phone-number-id/messages", {
    messaging_product: "whatsapp",
    to,
    biz_opaque_callback_data: "msg_1",
    ...content,
  });

const REMINDER = [
  {
    type: "body",
    parameters: ["customerName", "appointmentDate", "appointmentTime"].map((parameter_name) => ({
      type: "text",
      parameter_name,
      text: parameter_name.slice(0, 4),
    })),
  },
];

/** Delivers everything that is due up to so many milliseconds from now. */
async function pass(ms: number) {
  let total = 0;
  const at = new Date(Date.now() + ms);
  for (;;) {
    const { delivered } = await deliverDueWebhooks(db, at);
    total += delivered;
    if (delivered === 0) return total;
  }
}

const later = (ms: number): Ctx => ({ ...ctx, now: new Date(Date.now() + ms) });
const statuses = () => receiver.statuses().map((s) => s.status);

describe("a message through the built-in transport", () => {
  it("is known to its own integration only, under the ids of the guide", async () => {
    expect((await graph("GET", "your-phone-number-id?fields=verified_name")).json).toEqual({
      id: "your-phone-number-id",
      verified_name: "Demo shop",
    });
    expect((await graph("GET", "your-business-account-id/subscribed_apps")).json.data).toHaveLength(1);
    expect((await graph("GET", "another-id")).json.error.error_subcode).toBe(33);
    expect((await graph("GET", "your-phone-number-id", undefined, "another-token")).json.error.code).toBe(190);
  });

  it("is committed together with the webhooks it will cause, before the answer", async () => {
    const { status, json } = await sendTo(TO);
    expect(status).toBe(200);
    const [message] = await db.select().from(sandboxMessages).where(eq(sandboxMessages.id, json.messages[0].id));
    expect(message?.callbackData).toBe("msg_1");
    const owed = await db.select().from(sandboxWebhooks).where(eq(sandboxWebhooks.messageId, json.messages[0].id));
    expect(owed.map((w) => w.step).sort()).toEqual(["delivered", "read", "sent"]);
  });

  it("is told as sent, delivered and read in their time, signed", async () => {
    await sendTo(TO);
    expect(await pass(0)).toBe(0);
    await pass(500);
    expect(statuses()).toEqual(["sent"]);
    await pass(1_300);
    expect(statuses()).toEqual(["sent", "delivered"]);
    await pass(3_100);
    expect(statuses()).toEqual(["sent", "delivered", "read"]);
    expect(receiver.received.wrongSignatures).toBe(0);
    expect((await getSandboxSettings(ctx, id)).webhooksWaiting).toBe(0);
  });

  it("is delivered after the process died between answer and webhook, once", async () => {
    const before = new Date();
    await sendTo(TO);
    const { nextDueAt } = await deliverDueWebhooks(db, before);
    expect(nextDueAt?.getTime()).toBeGreaterThan(before.getTime());
    // A process claims them and dies before it has posted: the claim runs out.
    await db.update(sandboxWebhooks).set({ dueAt: new Date(Date.now() + 15_000) });
    expect(await pass(5_000)).toBe(0);
    expect(await pass(16_000)).toBe(3);
    expect(await pass(MINUTE_MS)).toBe(0);
    expect(statuses().sort()).toEqual(["delivered", "read", "sent"]);
  });

  it("is told by one process only when several deliver at once", async () => {
    for (let i = 0; i < 12; i++) await sendTo(`+9053211100${String(i).padStart(2, "0")}`);
    const at = new Date(Date.now() + 5_000);
    await Promise.all(Array.from({ length: 4 }, () => deliverDueWebhooks(db, at)));
    await deliverDueWebhooks(db, at);
    expect(statuses()).toHaveLength(36);
    expect(new Set(receiver.statuses().map((s) => `${s.id} ${s.status}`)).size).toBe(36);
  });

  it("waits for a receiver that is down, ever longer, and loses nothing", async () => {
    receiver.received.status = 500;
    await sendTo(TO);
    await pass(5_000);
    const [waiting] = await db.select().from(sandboxWebhooks).where(eq(sandboxWebhooks.step, "sent"));
    expect(waiting).toMatchObject({ attempts: 1, lastError: "HTTP 500" });
    await receiver.close();
    await pass(MINUTE_MS);
    const [still] = await db.select().from(sandboxWebhooks).where(eq(sandboxWebhooks.step, "sent"));
    expect(still).toMatchObject({ attempts: 2, lastError: "ECONNREFUSED" });
    receiver = await startReceiver("secret");
    process.env.PORT = String(receiver.port);
    resetEnv();
    await pass(5 * MINUTE_MS);
    expect(statuses().sort()).toEqual(["delivered", "read", "sent"]);
  });

  it("shows no number and no text in clear in the database", async () => {
    await seedPhone(
      db,
      { id, organizationId: ctx.organizationId },
      { phone: TO, name: "Ayşe Yılmaz", lastInboundAt: new Date() },
    );
    await sendTo(TO, { type: "text", text: { body: "A very secret sentence" } });
    const tables = await Promise.all(
      ["sandbox_phones", "sandbox_messages", "sandbox_webhooks", "sandbox_accounts"].map((t) => db.execute(`select * from ${t}`)),
    );
    const dump = JSON.stringify(tables);
    for (const secret of ["5551234567", "very secret", "Yılmaz"]) expect(dump).not.toContain(secret);
  });

  it("ends as TransportError when the answer never comes, while its webhooks do", async () => {
    process.env.SANDBOX_SPEED = "0";
    resetEnv();
    await expect(sendTo("+905550000009")).rejects.toThrow(TransportError);
    await pass(100);
    expect(statuses()).toEqual(["sent", "delivered", "read"]);
  });
});

describe("limits", () => {
  it("counts people written to outside a window and fails those beyond the tier", async () => {
    await updateSandboxSettings(ctx, id, { tier: "TIER_50", ratePerSecond: 1_000 });
    for (let i = 0; i < 51; i++) await sendTo(`+9053222200${String(i).padStart(2, "0")}`);
    await pass(5_000);
    const failed = receiver.statuses().filter((s) => s.status === "failed");
    expect(failed).toMatchObject([{ errors: [{ code: 131048 }] }]);
  });

  it("remembers the refusals of a magic number over requests", async () => {
    const codes = [];
    for (let i = 0; i < 4; i++) codes.push((await sendTo("+905550000002")).json.error?.code ?? 200);
    expect(codes).toEqual([130429, 130429, 200, 130429]);
  });
});

describe("the virtual phone", () => {
  it("sees the message filled in, with ticks that follow the clock", async () => {
    await sendTo(TO);
    expect((await getPhoneChat(later(0), id, TO)).messages).toMatchObject([{ status: "accepted" }]);
    const chat = await getPhoneChat(later(2_000), id, TO);
    expect(chat).toMatchObject({ businessName: "Demo shop", phone: TO, windowClosesAt: null, nextChangeAt: expect.any(String) });
    expect(chat.messages).toMatchObject([
      {
        direction: "business",
        status: "delivered",
        content: { body: "Merhaba cust, appo günü saat appo için randevunuzu hatırlatırız. Gelebilecek misiniz?" },
      },
    ]);
    expect((await getPhoneChat(later(4_000), id, TO)).messages).toMatchObject([{ status: "read" }]);
    expect((await listPhoneChats(later(4_000), id)).items).toMatchObject([{ phone: TO, lastMessage: { status: "read" } }]);
  });

  it("answers: the webhook tells it and the window opens for free text", async () => {
    await sendTo(TO, { type: "text", text: { body: "Too early" } });
    await replyFromPhone(later(0), id, { from: TO, name: "Ayşe", text: "Merhaba" });
    await sendTo(TO, { type: "text", text: { body: "In time" } });
    await pass(5_000);
    expect(receiver.messages()).toMatchObject([{ type: "text", from: "905551234567", text: { body: "Merhaba" } }]);
    expect(receiver.values().find((v) => "messages" in v)?.contacts).toMatchObject([
      { profile: { name: "Ayşe" }, wa_id: "905551234567", user_id: expect.stringMatching(/^TR\./) },
    ]);
    expect(receiver.statuses().filter((s) => s.status === "failed")).toMatchObject([{ errors: [{ code: 131047 }] }]);
    expect(statuses().filter((s) => s === "read")).toHaveLength(1);
    const chat = await getPhoneChat(later(5_000), id, TO);
    expect(chat.windowClosesAt).not.toBeNull();
    expect(chat.messages.map((m) => m.status)).toEqual(["failed", "delivered", "read"]);
  });

  it("presses a template's button, with its payload and context", async () => {
    const { json } = await sendTo(TO);
    await replyFromPhone(ctx, id, { from: TO, messageId: json.messages[0].id, buttonPayload: "Geliyorum" });
    await pass(100);
    expect(receiver.messages()).toMatchObject([
      { type: "button", button: { payload: "Geliyorum", text: "Geliyorum" }, context: { id: json.messages[0].id } },
    ]);
    await expect(replyFromPhone(ctx, id, { from: TO, messageId: json.messages[0].id, buttonPayload: "Other" })).rejects.toThrow(
      "no such button",
    );
  });

  it("gets nothing in airplane mode and everything when it is back", async () => {
    await setPhonePresence(ctx, id, { phone: TO, online: false });
    await sendTo(TO);
    await pass(10_000);
    expect(statuses()).toEqual(["sent"]);
    await expect(replyFromPhone(ctx, id, { from: TO, text: "Hello" })).rejects.toThrow("airplane");
    await setPhonePresence(later(60_000), id, { phone: TO, online: true });
    await pass(70_000);
    expect(statuses()).toEqual(["sent", "delivered", "read"]);
    const [, delivered] = receiver.statuses();
    expect(Number(delivered?.timestamp) * 1000).toBeGreaterThan(Date.now() + 55_000);
  });

  it("holds back what was on its way when airplane mode begins", async () => {
    await sendTo(TO);
    await setPhonePresence(ctx, id, { phone: TO, online: false });
    await pass(10_000);
    expect(statuses()).toEqual(["sent"]);
    expect((await getPhoneChat(later(10_000), id, TO)).messages).toMatchObject([{ status: "sent", deliveredAt: null }]);
  });

  it("tells no read when read receipts are off", async () => {
    await setPhonePresence(ctx, id, { phone: TO, readReceipts: false });
    await sendTo(TO);
    await pass(10_000);
    expect(statuses()).toEqual(["sent", "delivered"]);
  });

  it("stops and resumes offers with Meta's own preference webhook, which 131050 enforces", async () => {
    await setPhonePresence(ctx, id, { phone: TO, marketingStopped: true });
    const arrivals = {
      type: "template",
      template: {
        name: "new_arrivals",
        language: { code: "tr" },
        components: [
          { type: "header", parameters: [{ type: "image", image: { link: "https://example.com/new.png" } }] },
          {
            type: "body",
            parameters: [
              { type: "text", text: "a" },
              { type: "text", text: "b" },
            ],
          },
        ],
      },
    };
    await sendTo(TO, arrivals);
    await setPhonePresence(ctx, id, { phone: TO, marketingStopped: false });
    await pass(5_000);
    const preferences = receiver.values().flatMap((v) => (v.user_preferences ?? []) as Record<string, unknown>[]);
    expect(preferences.map((p) => p.value).sort()).toEqual(["resume", "stop"]);
    expect(preferences[0]).toMatchObject({
      category: "marketing_messages",
      wa_id: "905551234567",
      timestamp: expect.any(Number),
    });
    expect(receiver.statuses()).toMatchObject([{ status: "failed", errors: [{ code: 131050 }] }]);
  });

  it("is another organization's to nobody else", async () => {
    const other = await makeOrganization(db);
    await expect(getPhoneChat(other.ctx, id, TO)).rejects.toMatchObject({ code: "not_found" });
    await expect(replyFromPhone(other.ctx, id, { from: TO, text: "a" })).rejects.toMatchObject({ code: "not_found" });
    await expect(updateSandboxSettings(other.ctx, id, { tokenExpired: true })).rejects.toMatchObject({ code: "not_found" });
  });

  it("can be seeded with an open window", async () => {
    const lastInboundAt = new Date(Date.now() - MINUTE_MS);
    await seedPhone(db, { id, organizationId: ctx.organizationId }, { phone: TO, name: "Ayşe", lastInboundAt });
    await sendTo(TO, { type: "text", text: { body: "Hello" } });
    await pass(5_000);
    expect(statuses()).toEqual(["sent", "delivered", "read"]);
    expect(await db.select().from(sandboxPhones).where(eq(sandboxPhones.integrationId, id))).toHaveLength(1);
  });
});
