import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { eventually, startTestConsole, type TestConsole } from "./testing";

type Running = { stop(): Promise<void> };

const OPEN = {
  businessHours: {
    week: Object.fromEntries(
      ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map((day) => [
        day,
        [{ from: "00:00", to: "24:00" }],
      ]),
    ) as never,
    holidays: [],
    zone: "organization" as const,
    purposes: [],
  },
};
const ORDER = {
  template: "order_confirmation",
  templateParams: { orderNumber: "ORD-12345", customerName: "John Doe" },
  language: "en",
};

/** The promises that every engine keeps. `start` gets the running API and starts the engine that wakes the ticks. */
export function describeDelivery(start: (app: TestConsole) => Promise<Running>): void {
  useTestDatabase();

  let app: TestConsole;
  let engine: Running;
  let db: Db;

  beforeAll(async () => {
    app = await startTestConsole();
    db = await openDatabase();
    engine = await start(app);
  });
  afterAll(async () => {
    await engine.stop();
    await app.stop();
  });

  async function connected() {
    const organization = await makeOrganization(db, { settings: OPEN });
    const created = await app.call(organization.token, "POST", "/api/v1/integrations", {
      provider: "meta",
      category: "whatsapp",
      apiKey: "your-meta-access-token",
      apiSecret: "your-phone-number-id",
      endpointUrl: "https://graph.facebook.com/v18.0",
      config: { sandbox: true, phoneNumberId: "your-phone-number-id", businessAccountId: "your-business-account-id" },
    });
    expect(created.status).toBe(201);
    const tested = await app.call(organization.token, "POST", `/api/v1/integrations/${created.body.id}/test`);
    expect(tested.body).toMatchObject({ ok: true, status: "verified" });
    const optIn = (phoneNumber: string) =>
      app.call(organization.token, "POST", "/api/v1/crm/consents", { phoneNumber, status: "opted_in", source: "test" });
    const send = (body: object, headers = {}) => app.call(organization.token, "POST", "/api/v1/crm/whatsapp/send", body, headers);
    const read = async (id: string) => (await app.call(organization.token, "GET", `/api/v1/crm/whatsapp/messages/${id}`)).body;
    const reaches = (id: string, status: string) =>
      eventually(
        () => read(id),
        (m) => m.status === status,
        `${id} becoming ${status}`,
      );
    return { ...organization, integrationId: created.body.id as string, optIn, send, read, reaches };
  }

  describe("a message on its way", () => {
    test("is accepted, sent, delivered and read, each step once with its time", async () => {
      const org = await connected();
      await org.optIn("+905551234567");
      const sent = await org.send({ phoneNumber: "+905551234567", ...ORDER });
      expect(sent).toMatchObject({ status: 202, body: { status: "queued", integrationId: org.integrationId } });
      // Without delays the webhooks may be quicker than the answer that they speak of.
      const message = await eventually(
        () => org.read(sent.body.id),
        (m) => m.status === "read" && m.timeline.length === 6,
        "all six steps",
      );
      const steps = message.timeline.map((s: { step: string }) => s.step);
      // Meta's times have whole seconds, so our own word of its answer may come after Meta's.
      expect(steps.toSorted()).toEqual(["accepted", "delivered", "queued", "read", "sending", "sent"]);
      expect(message.text).toContain("ORD-12345");
      expect(message.metaMessageId).toMatch(/^wamid\./);
    });

    test("keeps its end when the webhooks come twice or out of order", async () => {
      const org = await connected();
      for (const phoneNumber of ["+905550000007", "+905550000008"]) {
        await org.optIn(phoneNumber);
        const sent = await org.send({ phoneNumber, ...ORDER });
        const message = await eventually(
          () => org.read(sent.body.id),
          (m) => m.status === "read" && m.timeline.filter((s: { source: string }) => s.source === "webhook").length === 3,
          "three webhook steps",
        );
        expect(
          message.timeline
            .filter((s: { source: string }) => s.source === "webhook")
            .map((s: { step: string }) => s.step)
            .sort(),
        ).toEqual(["delivered", "read", "sent"]);
      }
    });

    test("fails in Meta's words, and says what to do", async () => {
      const org = await connected();
      await org.optIn("+905550000001");
      const sent = await org.send({ phoneNumber: "+905550000001", ...ORDER });
      const message = await org.reaches(sent.body.id, "failed");
      expect(message.error).toMatchObject({ code: 131026, reason: "bad_recipient" });
      expect(message.error.action.length).toBeGreaterThan(10);
    });

    test("is tried again after a harmless refusal and arrives once", async () => {
      const org = await connected();
      await org.optIn("+905550000003");
      const sent = await org.send({ phoneNumber: "+905550000003", ...ORDER });
      const hasAnswer = (m: { timeline: { step: string }[] }) => m.timeline.some((s) => s.step === "accepted");
      const message = await eventually(
        () => org.read(sent.body.id),
        (m) => m.status === "read" && hasAnswer(m),
        "read after its answer",
      );
      expect(message.timeline.filter((s: { step: string }) => s.step === "retrying")).toHaveLength(2);
      expect(message.timeline.filter((s: { step: string }) => s.step === "accepted")).toHaveLength(1);
    }, 30_000);

    test("is unknown when the answer never comes, and settled by its webhook", async () => {
      const org = await connected();
      for (const phoneNumber of ["+905550000009", "+905550000011"]) {
        await org.optIn(phoneNumber);
        const sent = await org.send({ phoneNumber, ...ORDER });
        const message = await org.reaches(sent.body.id, "read");
        expect(message.attempts).toBe(1);
        expect(message.metaMessageId).toMatch(/^wamid\./);
      }
    });

    test("stays unknown when nobody knows, and is not sent again", async () => {
      const org = await connected();
      await org.optIn("+905550000010");
      const sent = await org.send({ phoneNumber: "+905550000010", ...ORDER });
      const message = await org.reaches(sent.body.id, "unknown");
      expect(message.attempts).toBe(1);
    });

    test("waits, unharmed, while Meta restricts the account; the integration says why", async () => {
      const org = await connected();
      await org.optIn("+905550000015");
      const sent = await org.send({ phoneNumber: "+905550000015", ...ORDER });
      await eventually(
        async () => (await app.call(org.token, "GET", `/api/v1/integrations/${org.integrationId}`)).body,
        (i) => i.status === "paused" && i.pauseReason === "billing" && i.pauseErrorCode === 131042,
        "the pause",
      );
      await org.reaches(sent.body.id, "queued");
      expect((await org.send({ phoneNumber: "+905550000015", ...ORDER })).body).toMatchObject({ error: "integration_paused" });
    });

    test("is refused at the door without an opt-in, word for word", async () => {
      const org = await connected();
      const sent = await org.send({ phoneNumber: "+905551234567", ...ORDER });
      expect(sent.status).toBe(403);
      expect(sent.body).toMatchObject({
        error: "recipient_not_opted_in",
        message: "Recipient has not opted in to receive messages",
      });
    });
  });

  describe("an idempotency key", () => {
    test("gives the same answer to the same body, also at once, and 409 to another", async () => {
      const org = await connected();
      await org.optIn("+905551234567");
      const body = { phoneNumber: "+905551234567", ...ORDER };
      const answers = await Promise.all([1, 2, 3, 4].map(() => org.send(body, { "idempotency-key": "order-1" })));
      expect(new Set(answers.map((a) => a.body.id)).size).toBe(1);
      expect(answers.map((a) => a.status)).toEqual([202, 202, 202, 202]);
      expect((await org.send({ ...body, idempotencyKey: "order-1" })).body.id).toBe(answers[0]?.body.id);
      expect(await org.send({ ...body, language: "tr", idempotencyKey: "order-1" })).toMatchObject({
        status: 409,
        body: { error: "idempotency_conflict" },
      });
      const list = await app.call(org.token, "GET", "/api/v1/crm/whatsapp/messages");
      expect(list.body.data).toHaveLength(1);
    });
  });
}
