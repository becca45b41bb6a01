import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SandboxServer, startSandboxServer } from "./server";
import { startReceiver, until } from "./testing";

const PNID = "200300400500600";
let server: SandboxServer;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeEach(async () => {
  receiver = await startReceiver("secret");
  server = await startSandboxServer({ speed: 0, batch: 10 });
  server.store.registerAccount({
    phoneNumberId: PNID,
    businessAccountId: "100",
    accessToken: "good",
    appSecret: "secret",
    webhookUrl: receiver.url,
  });
});
afterEach(async () => {
  await server.close();
  await receiver.close();
});

function send(to: string, options: { text?: string; callback?: string; signal?: AbortSignal } = {}) {
  return fetch(`${server.url}/v26.0/${PNID}/messages`, {
    method: "POST",
    headers: { authorization: "Bearer good", "content-type": "application/json" },
    signal: options.signal,
    body: JSON.stringify({
      messaging_product: "whatsapp",
      to,
      biz_opaque_callback_data: options.callback,
      ...(options.text === undefined
        ? { type: "template", template: { name: "feedback_request", language: { code: "tr" } } }
        : { text: { body: options.text } }),
    }),
  });
}

const control = (path: string, body?: unknown) =>
  fetch(`${server.url}/_sandbox/${path}`, {
    method: body === undefined ? "GET" : "POST",
    body: body === undefined ? undefined : JSON.stringify(body),
  });

describe("webhooks", () => {
  it("tells sent, delivered and read, signed, with our callback data and Meta's shapes", async () => {
    const answer = await (await send("+905551234567", { callback: "msg_1" })).json();
    await until(() => receiver.statuses().length === 3);
    expect(receiver.statuses().map((s) => s.status)).toEqual(["sent", "delivered", "read"]);
    for (const status of receiver.statuses()) {
      expect(status).toMatchObject({
        id: answer.messages[0].id,
        recipient_id: "905551234567",
        biz_opaque_callback_data: "msg_1",
        timestamp: expect.stringMatching(/^\d{10}$/),
      });
      expect(status.recipient_user_id).toMatch(/^TR\.\d+$/);
      expect(status).not.toHaveProperty("conversation");
    }
    expect(receiver.statuses()[0]?.pricing).toEqual({
      billable: true,
      pricing_model: "PMP",
      type: "regular",
      category: "utility",
    });
    expect(receiver.values()[0]).toMatchObject({
      messaging_product: "whatsapp",
      metadata: { phone_number_id: PNID, display_phone_number: expect.stringMatching(/^90\d+$/) },
    });
    expect(receiver.received.wrongSignatures).toBe(0);
  });

  it("escapes like Meta: no raw letter beyond ASCII and no bare slash", async () => {
    await control("inbound", { phoneNumberId: PNID, from: "+905551234567", text: "Günaydın / iyi akşamlar", name: "Ayşe" });
    await until(() => receiver.messages().length === 1);
    expect(receiver.received.bodies[0]).toMatch(/^[\x20-\x7e]+$/);
    expect(receiver.received.bodies[0]).toContain("\\/");
    expect(receiver.messages()[0]).toMatchObject({
      from: "905551234567",
      type: "text",
      text: { body: "Günaydın / iyi akşamlar" },
    });
  });

  it.each([
    ["+905550000001", 131026],
    ["+905551234567", 131047],
    ["+905", undefined],
  ])("accepts a text to %s and fails it later with %s", async (to, code) => {
    const answer = await send(to, { text: "Hello", callback: "m" });
    if (code === undefined) return expect(answer.status).toBe(400);
    expect(answer.status).toBe(200);
    await until(() => receiver.statuses().length === 1);
    expect(receiver.statuses()[0]).toMatchObject({
      status: "failed",
      errors: [
        {
          code,
          title: expect.any(String),
          message: expect.any(String),
          error_data: { details: expect.any(String) },
          href: expect.any(String),
        },
      ],
    });
    expect(receiver.statuses()[0]).not.toHaveProperty("pricing");
  });

  it("delivers a text once the customer has written", async () => {
    await control("inbound", { phoneNumberId: PNID, from: "+905551234567", text: "Hi" });
    await send("+905551234567", { text: "Hello" });
    await until(() => receiver.statuses().length === 3);
    expect(receiver.statuses()[0]?.pricing).toMatchObject({
      billable: false,
      type: "free_customer_service",
      category: "service",
    });
  });

  it.each([
    ["+905550000007", ["sent", "sent", "delivered", "delivered", "read", "read"]],
    ["+905550000008", ["read", "delivered", "sent"]],
    ["+905550000013", ["sent", "delivered"]],
  ])("to %s come %j", async (to, expected) => {
    await send(to);
    await until(() => receiver.statuses().length >= expected.length);
    expect(receiver.statuses().map((s) => s.status)).toEqual(expected);
  });

  it("brings the answer of …17 and the STOP of …18", async () => {
    await send("+905550000017");
    await send("+905550000018");
    await until(() => receiver.messages().length === 2);
    expect(receiver.messages().map((m) => m.text)).toEqual(expect.arrayContaining([{ body: "Thank you!" }, { body: "STOP" }]));
  });

  it("tries again until the receiver answers 200, and loses nothing", async () => {
    receiver.received.status = 503;
    await send("+905551234567");
    await until(() => server.store.webhooks.counts.failedAttempts > 0);
    receiver.received.status = 200;
    await until(() => receiver.statuses().length === 3);
    expect(server.store.webhooks.waiting).toBe(0);
  });

  it("sends none when they are off", async () => {
    await control("faults", { webhooks: "off" });
    await send("+905551234567");
    expect(server.store.webhooks.waiting).toBe(0);
  });
});

describe("the judge", () => {
  it("counts what arrives, per number and second, and finds doubles", async () => {
    for (const callback of ["a", "b", "b", "c"]) await send("+905551234567", { callback });
    await control("faults", { rateLimitShare: 1 });
    await send("+905551234567", { callback: "d" });
    const stats = await (await control("stats")).json();
    expect(stats).toMatchObject({ accepted: 4, recipients: 1, callbacks: { distinct: 3, doubled: 1, examples: [["b", 2]] } });
    expect(stats.numbers).toMatchObject([{ phoneNumberId: PNID, accepted: 4, refused: { 130429: 1 } }]);
    expect(stats.numbers[0].perSecond.reduce((n: number, s: { accepted: number }) => n + s.accepted, 0)).toBe(4);
    expect(stats.numbers[0]).toMatchObject({ maxInAnySecond: 5, certainInAnySecond: 5 });
    expect((await (await control("callbacks")).text()).trim().split("\n").sort()).toEqual(["a\t1", "b\t2", "c\t1"]);
  });

  it("forgets everything but the accounts on reset", async () => {
    await send("+905551234567", { callback: "a" });
    await control("reset", {});
    expect(await (await control("stats")).json()).toMatchObject({ accepted: 0, numbers: [] });
    expect((await send("+905551234567")).status).toBe(200);
  });

  it("takes further numbers", async () => {
    await control("accounts", { phoneNumberId: "2", businessAccountId: "100", accessToken: "good", appSecret: "s" });
    const { data } = await (await fetch(`${server.url}/v26.0/100/phone_numbers?access_token=good`)).json();
    expect(data.map((n: { id: string }) => n.id)).toEqual([PNID, "2"]);
  });

  it("refuses a fault that does not exist", async () => {
    expect((await control("faults", { colour: "red" })).status).toBe(400);
  });
});

describe("broken answers", () => {
  it("never answers when told to hang", async () => {
    await control("faults", { hangShare: 1, acceptedShare: 1 });
    await expect(send("+905551234567", { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/i);
    expect(server.store.arrivals.summary().accepted).toBe(1);
  });

  it("closes the connection when told to", async () => {
    await control("faults", { closeShare: 1 });
    await expect(send("+905551234567")).rejects.toThrow();
  });

  it("answers late when told to", async () => {
    await control("faults", { lateShare: 1, lateMs: 300 });
    const startedAt = performance.now();
    expect((await send("+905551234567")).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(290);
  });
});
