import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { and, eq } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { contacts } from "@/db/schema/contacts";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages, outreach, pairs } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { useTestDatabase } from "@/db/testing";
import { eventually } from "@/inngest/testing";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { newId } from "@/lib/ids";
import { graphAccess } from "@/lib/integrations/access";
import { resumeIntegration } from "@/lib/integrations/pause";
import { cancelMessage } from "@/lib/messages/cancel";
import { applyStatuses } from "@/lib/messages/delivery-reports";
import { askGate } from "@/lib/messages/gate";
import { askHistory } from "@/lib/messages/history";
import { getMessage } from "@/lib/messages/messages";
import { removeIntegration } from "@/lib/messages/remove-integration";
import { resendMessage } from "@/lib/messages/resend";
import { storeMessages } from "@/lib/messages/store";
import { addIntegration, makeSender, ORDER, type Sender, somePhone } from "@/lib/messages/testing";
import { type SandboxServer, startSandboxServer } from "@/lib/sandbox/server";
import { takeBatch } from "./batch";
import { dispatchIntegration } from "./dispatch";
import { takeLease } from "./lease";
import { writeOutcomes } from "./outcome";
import { failUnsettled, findDueIntegrations, rescueStuck } from "./sweep";

useTestDatabase();

const HOUR_MS = 3_600_000;
let db: Db;
let meta: SandboxServer;

beforeAll(async () => {
  db = await openDatabase();
  meta = await startSandboxServer({ speed: 0 });
  allowGraph(meta.url);
});
afterAll(() => meta.close());

type Call = { path: string | undefined; authorization: string | undefined; body: unknown };

/** A Graph that answers as the test says. */
async function startScript(
  answer: (call: Call) => Promise<{ status: number; body: unknown }> | { status: number; body: unknown },
) {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = {
      path: request.url,
      authorization: request.headers.authorization,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    };
    calls.push(call);
    const { status, body } = await answer(call);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  allowGraph(url);
  return {
    url,
    calls,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function allowGraph(url: string): void {
  process.env.GRAPH_ALLOWED_HOSTS = [process.env.GRAPH_ALLOWED_HOSTS ?? "graph.facebook.com", url].join(",");
  resetEnv();
}

/** An organization whose number is known at the stand-in, which listens on a port as Graph does. */
async function connected(wishes: Parameters<typeof makeSender>[1] = {}) {
  const sender = await makeSender(db, { ...wishes, integration: { endpointUrl: `${meta.url}/v25.0`, ...wishes.integration } });
  const { integration } = sender;
  meta.store.registerAccount({
    phoneNumberId: integration.phoneNumberId,
    businessAccountId: integration.businessAccountId,
    accessToken: integration.accessToken,
    appSecret: integration.appSecret ?? "",
    webhookUrl: null,
    settings: { ratePerSecond: 10_000 },
  });
  const arrivedTimes = (id: string) => new Map(meta.store.arrivals.callbacks()).get(id) ?? 0;
  const faults = (changes: Parameters<typeof meta.store.updateSettings>[0]) =>
    meta.store.updateSettings(changes, integration.phoneNumberId);
  const write = async (phoneNumber = somePhone(), wish: object = ORDER) => {
    await sender.optIn(phoneNumber);
    return (await sender.send({ phoneNumber, ...wish })).id;
  };
  return { ...sender, arrivedTimes, faults, write };
}

const setMessage = (id: string, changes: Partial<typeof messages.$inferInsert>) =>
  db.update(messages).set(changes).where(eq(messages.id, id));
const setIntegration = (sender: Sender, changes: Partial<typeof integrations.$inferInsert>) =>
  db.update(integrations).set(changes).where(eq(integrations.id, sender.integration.id));

describe("a run of the dispatcher", () => {
  test("calls Graph with the number as written, plus and all, the template's values and our id", async () => {
    const graph = await startScript(() => ({ status: 200, body: { messages: [{ id: "wamid.SCRIPTED" }] } }));
    const org = await makeSender(db, { integration: { endpointUrl: `${graph.url}/v25.0` } });
    await org.optIn("+905551234567");
    const { id } = await org.send({ phoneNumber: "+90 555 123 45 67", ...ORDER });
    await org.dispatch();
    await graph.close();
    expect(graph.calls).toMatchObject([
      {
        path: expect.stringContaining(`/v25.0/${org.integration.phoneNumberId}/messages`),
        authorization: `Bearer ${org.integration.accessToken}`,
        body: {
          messaging_product: "whatsapp",
          recipient_type: "individual",
          to: "+905551234567",
          biz_opaque_callback_data: id,
          type: "template",
          template: { name: "order_confirmation", language: { code: "en" }, components: [{ type: "body" }] },
        },
      },
    ]);
    expect(await org.read(id)).toMatchObject({ status: "sent", wamid: "wamid.SCRIPTED" });
  });

  test("writes down every answer that can be, whatever nonsense came with another", async () => {
    const graph = await startScript(() => ({ status: 200, body: { messages: [{ id: "wamid.TWICE" }] } }));
    const org = await makeSender(db, { integration: { endpointUrl: `${graph.url}/v25.0` } });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const phoneNumber = somePhone();
      await org.optIn(phoneNumber);
      ids.push((await org.send({ phoneNumber, ...ORDER })).id);
    }
    await org.dispatch();
    await graph.close();
    const found = await Promise.all(ids.map(async (id) => (await org.read(id)).status));
    expect(found.sort()).toEqual(["sending", "sending", "sent"]);
  });

  test("sends what is due, once", async () => {
    const org = await connected();
    const id = await org.write();
    const result = await org.dispatch();
    expect(result).toMatchObject({ called: 1, nextDueAt: null, taken: false });
    const message = await org.read(id);
    expect(message).toMatchObject({ status: "sent", attempts: 1, leaseUntil: null, steps: ["queued", "sending", "accepted"] });
    expect(message.wamid).toMatch(/^wamid\./);
    expect(org.arrivedTimes(id)).toBe(1);
  });

  test("says that it wants to go on when its time is over with work left", async () => {
    const org = await connected({ integration: { ratePerSecond: 5 } });
    const ids = [];
    for (let i = 0; i < 8; i++) ids.push(await org.write());
    const first = await org.dispatch({ maxMs: 150 });
    expect(first.called).toBeLessThan(8);
    expect(first.nextDueAt?.getTime()).toBeLessThanOrEqual(Date.now());
    while ((await org.dispatch()).called > 0);
    for (const id of ids) expect(org.arrivedTimes(id)).toBe(1);
  });

  test("leaves the number to the process that has it, and takes it over when the lease is over", async () => {
    const org = await connected();
    const id = await org.write();
    await takeLease(db, org.integration, "another process");
    expect(await org.dispatch()).toMatchObject({ called: 0, taken: true });
    await db
      .update(lanes)
      .set({ leaseUntil: new Date(Date.now() - 1) })
      .where(eq(lanes.integrationId, org.integration.id));
    expect(await org.dispatch()).toMatchObject({ called: 1, taken: false });
    expect(org.arrivedTimes(id)).toBe(1);
  });

  test("sends each of fifty messages once with three dispatchers at once", async () => {
    const org = await connected();
    const ids: string[] = [];
    for (let i = 0; i < 50; i++) ids.push(await org.write());
    const run = async (owner: string) => {
      for (let i = 0; i < 40; i++) {
        const { nextDueAt, taken } = await org.dispatch({ owner, maxMs: 60 });
        if (!taken && !nextDueAt) return;
        if (taken) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await Promise.all(["a", "b", "c"].map(run));
    expect(ids.map((id) => org.arrivedTimes(id))).toEqual(ids.map(() => 1));
  });

  test("claims nothing when Graph's address is no longer allowed, so that nothing ends in doubt", async () => {
    const org = await connected();
    const id = await org.write();
    await setIntegration(org, { endpointUrl: "https://elsewhere.example.com/v25.0" });
    await expect(org.dispatch()).rejects.toThrow("GRAPH_ALLOWED_HOSTS");
    expect(await org.read(id)).toMatchObject({ status: "queued", attempts: 0 });
  });

  test("loses and doubles nothing when the database throws everybody out in the middle", async () => {
    const org = await connected();
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) ids.push((await org.send({ phoneNumber, ...ORDER })).id);
    org.faults({ latencyMs: 400 });
    const running = org.dispatch();
    await eventually(
      async () => ids.filter((id) => org.arrivedTimes(id) > 0).length,
      (arrived) => arrived > 5,
      "messages under way",
    );
    await throwOut();
    await running.catch(() => undefined);
    while ((await org.dispatch().catch(() => ({ nextDueAt: new Date() }))).nextDueAt);
    expect(ids.map((id) => org.arrivedTimes(id))).toEqual(ids.map(() => 1));
    for (const id of ids) expect(await org.read(id)).toMatchObject({ status: "sent", attempts: 1 });
  });

  async function throwOut(): Promise<void> {
    const sql = postgres(process.env.DATABASE_URL ?? "", { max: 1 });
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await sql.end();
  }

  test("goes on after a clock that was set back by an hour", async () => {
    const org = await connected();
    const phoneNumber = somePhone();
    const id = await org.write(phoneNumber);
    const { contactId } = await org.read(id);
    const ahead = new Date(Date.now() + HOUR_MS);
    await db.insert(lanes).values({
      integrationId: org.integration.id,
      organizationId: org.organizationId,
      paidUntil: ahead,
      rateFactor: 0.5,
      slowedAt: ahead,
    });
    await db.insert(pairs).values({
      integrationId: org.integration.id,
      organizationId: org.organizationId,
      contactId,
      paidUntil: new Date(Date.now() + 60_000),
    });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "sent" });
  });
});

describe("a call that hangs", () => {
  test("keeps the next messages of its number waiting only when the caller wants to wait for it", async () => {
    const org = await connected();
    const slow = await org.write();
    org.faults({ latencyMs: 3_000 });
    let ending: Promise<void> | undefined;
    const inBackground = () =>
      dispatchIntegration(db, org.integration, {
        owner: "test",
        maxMs: 5_000,
        background: (calls) => {
          ending = calls;
        },
      });
    const startedAt = Date.now();
    await inBackground();
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    expect(await org.read(slow)).toMatchObject({ status: "sending" });
    const hanging = ending;
    org.faults({ latencyMs: 0 });
    const next = await org.write();
    expect((await inBackground()).called).toBe(1);
    await ending;
    expect(await org.read(next)).toMatchObject({ status: "sent" });
    await hanging;
    expect(await org.read(slow)).toMatchObject({ status: "sent" });
    ending = undefined;
    await inBackground();
    expect(ending).toBeUndefined();
  });

  test("tells, once it has ended, when what came back is due again", async () => {
    const org = await connected();
    await org.write("+905550000002");
    const { nextDueAt } = await org.dispatch();
    expect((nextDueAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(0);
  });
});

describe("the order of sending", () => {
  test("is replies, then single messages, then bulk, and in one batch of ten the other way round", async () => {
    const org = await connected();
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    await org.heard(phoneNumber);
    const bulk = (await org.send({ phoneNumber, ...ORDER })).id;
    await setMessage(bulk, { priority: 2 });
    const single = (await org.send({ phoneNumber, ...ORDER })).id;
    const reply = (await org.send({ phoneNumber, message: "At once" })).id;
    const ctx = org.systemAt();
    const link = { integration: org.integration, access: graphAccess(ctx, org.integration) };
    const orderIn = async (turn: number) =>
      (await takeBatch(ctx, link, { owner: "test", turn, batchMs: 1_000, most: 10, except: [] }))?.ready.map(({ row }) => row.id);
    for (const turn of [1, 2, 9, 11]) expect(await orderIn(turn)).toEqual([reply, single, bulk]);
    expect(await orderIn(10)).toEqual([bulk, single, reply]);
    expect(await orderIn(20)).toEqual([bulk, single, reply]);
  });
});

test("a claim whose commit was not confirmed is given back, because nobody was called", async () => {
  const org = await connected();
  const id = await org.write();
  // The driver loses the connection after PostgreSQL committed: what the caller sees is an error, what the table holds is the claim.
  const broken = new Proxy(db, {
    get(target, name, receiver) {
      if (name !== "transaction") return Reflect.get(target, name, receiver);
      return async (work: Parameters<Db["transaction"]>[0]) => {
        await target.transaction(work);
        throw Object.assign(new Error("write CONNECTION_CLOSED"), { code: "CONNECTION_CLOSED" });
      };
    },
  });
  await expect(dispatchIntegration(broken, org.integration, { owner: "cut off", maxMs: 1_000 })).rejects.toThrow(
    "CONNECTION_CLOSED",
  );
  expect(await org.read(id)).toMatchObject({ status: "queued", attempts: 0, leaseOwner: null });
  await org.dispatch();
  expect(await org.read(id)).toMatchObject({ status: "sent", attempts: 1 });
  expect(org.arrivedTimes(id)).toBe(1);
});

describe("a message that waits", () => {
  test("is scheduled first, then sent, and keeps the time for which it was scheduled", async () => {
    const org = await connected();
    const id = await org.write();
    await setMessage(id, {
      status: "scheduled",
      dueAt: new Date(Date.now() + HOUR_MS),
      scheduledFor: new Date(Date.now() + HOUR_MS),
    });
    expect((await org.dispatch()).called).toBe(0);
    const opening = new Date(Date.now() - 1_000);
    await setMessage(id, { dueAt: opening, scheduledFor: opening });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "sent", scheduledFor: opening });
  });

  test("of a person who opts out meanwhile is not sent, says why, and frees its place", async () => {
    const org = await connected({ integration: { messagingLimitTier: "TIER_50" } });
    const phoneNumber = somePhone();
    const id = await org.write(phoneNumber);
    await org.optOut(phoneNumber);
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "failed", failure: { reason: "recipient_not_opted_in" } });
    expect(org.arrivedTimes(id)).toBe(0);
    expect(
      await db
        .select()
        .from(outreach)
        .where(and(eq(outreach.organizationId, org.organizationId), eq(outreach.reservedBy, id))),
    ).toEqual([]);
  });

  test("of a template that became marketing needs a consent for marketing", async () => {
    const org = await connected();
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber, "utility");
    const { id } = await org.send({ phoneNumber, ...ORDER });
    await db.update(templates).set({ category: "MARKETING" }).where(eq(templates.organizationId, org.organizationId));
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "failed", failure: { reason: "recipient_not_opted_in" } });
    expect(org.arrivedTimes(id)).toBe(0);
  });

  test("of a template that Meta paused or reviews waits until it is back, and ends when it is gone for good", async () => {
    const org = await connected();
    const become = (status: string) =>
      db.update(templates).set({ status }).where(eq(templates.organizationId, org.organizationId));
    const [kept, lost] = [await org.write(), await org.write()];
    const code = await org.write("+905550000002", { template: "login_code", templateParams: ["123456"], language: "en" });
    await become("PAUSED");
    await org.dispatch();
    for (const id of [kept, lost]) expect(await org.read(id)).toMatchObject({ status: "queued", waitsFor: "template" });
    // Nobody can use a sign-in code hours later.
    expect(await org.read(code)).toMatchObject({ status: "failed", failure: { reason: "template_not_approved" } });
    await become("PENDING");
    for (const id of [kept, lost]) await setMessage(id, { dueAt: new Date() });
    await org.dispatch();
    expect(await org.read(kept)).toMatchObject({ status: "queued", waitsFor: "template" });
    await become("APPROVED");
    await setMessage(kept, { dueAt: new Date() });
    await org.dispatch();
    expect(await org.read(kept)).toMatchObject({ status: "sent" });
    await become("DISABLED");
    await setMessage(lost, { dueAt: new Date() });
    await org.dispatch();
    expect(await org.read(lost)).toMatchObject({ status: "failed", failure: { reason: "template_not_approved" } });
  });

  test("is cancelled or sent, never both, however close the race", async () => {
    const org = await connected();
    for (let round = 0; round < 12; round++) {
      const id = await org.write();
      const [cancelled] = await Promise.allSettled([cancelMessage(org.ctxAt(new Date()), id), org.dispatch()]);
      await org.dispatch();
      const { status } = await org.read(id);
      expect(status).toBe(cancelled.status === "fulfilled" ? "cancelled" : "sent");
      expect(org.arrivedTimes(id)).toBe(status === "sent" ? 1 : 0);
    }
  });

  test("waits for its turn when its person has had a burst; the time it was scheduled for stays", async () => {
    const org = await connected();
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const { id } = await org.send({ phoneNumber, ...ORDER });
    const { contactId } = await org.read(id);
    const scheduledFor = new Date(Date.now() - 1_000);
    await setMessage(id, { status: "scheduled", scheduledFor, dueAt: scheduledFor });
    await db.insert(pairs).values({
      integrationId: org.integration.id,
      organizationId: org.organizationId,
      contactId,
      paidUntil: new Date(Date.now() + 45 * 6_000),
    });
    const { called, nextDueAt } = await org.dispatch();
    expect(called).toBe(0);
    expect((nextDueAt?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(6_000);
    expect(await org.read(id)).toMatchObject({ status: "queued", scheduledFor });
  });
});

describe("an integration that Meta stops in mid-run", () => {
  test("is paused; its message goes back into the queue and is sent exactly once after the pause", async () => {
    const org = await connected();
    const id = await org.write();
    org.faults({ restricted: true });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "queued", attempts: 1, steps: ["queued", "sending", "retrying"] });
    const [paused] = await db.select().from(integrations).where(eq(integrations.id, org.integration.id));
    expect(paused).toMatchObject({ status: "paused", pauseReason: "account_restricted", pauseErrorCode: 368 });
    expect((await org.dispatch()).called).toBe(0);
    expect(await findDueIntegrations(db, new Date())).not.toContainEqual(expect.objectContaining({ id: org.integration.id }));

    org.faults({ restricted: false });
    await resumeIntegration(org.systemAt(), org.integration.id);
    await setIntegration(org, { status: "verified" });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "sent", attempts: 2 });
    expect(org.arrivedTimes(id)).toBe(1);
  });

  test("with an expired token waits for a better one", async () => {
    const org = await connected();
    const id = await org.write();
    org.faults({ tokenExpired: true });
    await org.dispatch();
    const [paused] = await db.select().from(integrations).where(eq(integrations.id, org.integration.id));
    expect(paused).toMatchObject({ status: "paused", pauseReason: "token_invalid", pauseErrorCode: 190 });
    expect(await org.read(id)).toMatchObject({ status: "queued" });
  });

  test.each([
    [
      "100 with subcode 33",
      { code: 100, error_subcode: 33, message: "Unsupported post request. Object with ID 'X' does not exist" },
      400,
    ],
    ["803", { code: 803, message: "Some of the aliases you requested do not exist: X" }, 404],
    ["104", { code: 104, message: "Incorrect signature" }, 400],
  ])("that Meta refuses as a whole (%s) is paused, and what waits is kept", async (_name, error, status) => {
    const graph = await startScript(() => ({ status, body: { error } }));
    const org = await makeSender(db, { integration: { endpointUrl: `${graph.url}/v25.0`, ratePerSecond: 5 } });
    const ids: string[] = [];
    for (let i = 0; i < 12; i++) {
      const phoneNumber = somePhone();
      await org.optIn(phoneNumber);
      ids.push((await org.send({ phoneNumber, ...ORDER })).id);
    }
    await org.dispatch();
    await graph.close();
    const [integration] = await db.select().from(integrations).where(eq(integrations.id, org.integration.id));
    expect(integration).toMatchObject({ status: "paused", pauseErrorCode: error.code });
    for (const id of ids) expect(await org.read(id)).toMatchObject({ status: "queued", failure: null });
  });
});

describe("a window that Meta says is closed", () => {
  const closed = { code: 131047, title: "Re-engagement message", message: null, details: null, href: null };
  const isOpen = async (org: Sender, phoneNumber: string) =>
    (await askGate(org.systemAt(), [{ wish: { phoneNumber, message: "Hello" } }]))[0]?.passed !== null;

  test.each(["in its answer", "in a webhook"])("%s stays closed until the person writes again", async (how) => {
    const graph = await startScript(() =>
      how === "in its answer"
        ? { status: 400, body: { error: { code: 131047, message: "Re-engagement message" } } }
        : { status: 200, body: { messages: [{ id: "wamid.CLOSED" }] } },
    );
    const org = await makeSender(db, { integration: { endpointUrl: `${graph.url}/v25.0` } });
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    await org.heard(phoneNumber, new Date(Date.now() - HOUR_MS));
    expect(await isOpen(org, phoneNumber)).toBe(true);
    const { id } = await org.send({ phoneNumber, message: "Hello" });
    await org.dispatch();
    await graph.close();
    if (how === "in a webhook") {
      const report = { wamid: "wamid.CLOSED", status: "failed", at: new Date(), errors: [closed] };
      await applyStatuses(org.systemAt(), org.integration.id, [report]);
    }
    expect(await org.read(id)).toMatchObject({ status: "failed", failure: { code: 131047 } });
    expect(await isOpen(org, phoneNumber)).toBe(false);
    await org.heard(phoneNumber, new Date(Date.now() + 1_000));
    expect(await isOpen(org, phoneNumber)).toBe(true);
  });
});

describe("a message that Meta takes and holds", () => {
  test.each(["held_for_quality_assessment", "paused"] as const)("%s is sent, says so, and ends by its webhook", async (word) => {
    const graph = await startScript(() => ({ status: 200, body: { messages: [{ id: `wamid.${word}`, message_status: word }] } }));
    const org = await makeSender(db, { integration: { endpointUrl: `${graph.url}/v25.0` } });
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const { id } = await org.send({ phoneNumber, ...ORDER });
    await org.dispatch();
    await graph.close();
    expect(await org.read(id)).toMatchObject({ status: "sent", metaHold: word });
    const dropped = { code: 132015, title: "Template is paused", message: null, details: null, href: null };
    const report = { wamid: `wamid.${word}`, status: "failed", at: new Date(), errors: [dropped] };
    await applyStatuses(org.systemAt(), org.integration.id, [report]);
    expect(await org.read(id)).toMatchObject({ status: "failed", metaHold: null, failure: { code: 132015 } });
  });

  test("is not held any more when its webhook was quicker than the answer", async () => {
    const org = await connected();
    const id = await org.write();
    await setMessage(id, { status: "sending", attempts: 1 });
    const report = { wamid: "wamid.QUICK", status: "delivered", at: new Date(), errors: [], callbackData: id };
    await applyStatuses(org.systemAt(), org.integration.id, [report]);
    const accepted = { id, kind: "accepted", wamid: "wamid.QUICK", at: new Date(), hold: "paused" } as const;
    await writeOutcomes(org.systemAt(), org.integration.id, [accepted]);
    expect(await org.read(id)).toMatchObject({ status: "delivered", metaHold: null });
  });
});

describe("a removal of the integration", () => {
  test("leaves no message behind that a send was just storing", async () => {
    const org = await connected();
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const sends = Array.from({ length: 6 }, () => org.send({ phoneNumber, ...ORDER }));
    const removal = removeIntegration(org.ctxAt(new Date()), org.integration.id, { force: true });
    const results = await Promise.allSettled(sends);
    await removal;
    const rows = await db
      .select({ status: messages.status })
      .from(messages)
      .where(eq(messages.organizationId, org.organizationId));
    expect(rows.filter((row) => row.status === "queued" || row.status === "scheduled")).toEqual([]);
    expect(rows).toHaveLength(results.filter((result) => result.status === "fulfilled").length);
  });

  test("refuses a run of sends as a whole, so that nobody is told no whose message is stored all the same", async () => {
    const org = await connected();
    const removed = await addIntegration(db, org.organizationId, { businessAccountId: org.integration.businessAccountId });
    const phone = somePhone();
    await org.optIn(phone);
    const ctx = org.ctxAt(new Date());
    const verdicts = await askGate(ctx, [
      { wish: { phoneNumber: phone, ...ORDER } },
      { wish: { phoneNumber: phone, ...ORDER, integrationId: removed.id } },
    ]);
    const taken = verdicts.flatMap(({ passed }) => (passed ? [{ ctx, id: newId("msg"), passed }] : []));
    expect(taken).toHaveLength(2);
    await db.update(integrations).set({ deletedAt: new Date() }).where(eq(integrations.id, removed.id));
    await expect(storeMessages(ctx, taken)).rejects.toMatchObject({ code: "not_found" });
    expect(await db.select().from(messages).where(eq(messages.organizationId, org.organizationId))).toEqual([]);
    await storeMessages(ctx, taken.slice(0, 1));
    expect(await db.select().from(messages).where(eq(messages.organizationId, org.organizationId))).toHaveLength(1);
  });

  test("and the claims of the dispatcher do not wait for each other in a circle", async () => {
    for (let round = 0; round < 6; round++) {
      const org = await connected({ integration: { ratePerSecond: 80 } });
      for (let i = 0; i < 12; i++) await org.write();
      const running = org.dispatch();
      await new Promise((resolve) => setTimeout(resolve, round * 8));
      await removeIntegration(org.ctxAt(new Date()), org.integration.id, { force: true });
      await running;
      const rows = await db
        .select({ id: messages.id, status: messages.status })
        .from(messages)
        .where(eq(messages.organizationId, org.organizationId));
      for (const { id, status } of rows) {
        expect(["sent", "cancelled"]).toContain(status);
        expect(org.arrivedTimes(id)).toBe(status === "sent" ? 1 : 0);
      }
    }
  });

  test("cancels what comes back from Meta to be tried again", async () => {
    let remove = async () => {};
    const graph = await startScript(async () => {
      await remove();
      return { status: 400, body: { error: { message: "(#130429) Rate limit hit", type: "OAuthException", code: 130429 } } };
    });
    const org = await makeSender(db, { integration: { endpointUrl: `${graph.url}/v25.0` } });
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const { id } = await org.send({ phoneNumber, ...ORDER });
    remove = () => removeIntegration(org.ctxAt(new Date()), org.integration.id, { force: true });
    await org.dispatch();
    await graph.close();
    expect(await org.read(id)).toMatchObject({
      status: "cancelled",
      steps: ["queued", "sending", "cancelled"],
      leaseUntil: null,
    });
  });
});

describe("a run that loses what it needs while messages are leaving", () => {
  /** Two chunks of five are committed at a time. */
  const COMMITTED = 10;

  /** Forty messages at twenty a second, and something that happens once the first have arrived. */
  async function interrupted(happen: (org: Awaited<ReturnType<typeof connected>>) => Promise<unknown>) {
    const org = await connected({ integration: { ratePerSecond: 20 } });
    const ids: string[] = [];
    for (let i = 0; i < 40; i++) ids.push(await org.write());
    const arrived = () => ids.filter((id) => org.arrivedTimes(id) > 0).length;
    const run = org.dispatch();
    await eventually(
      async () => arrived(),
      (count) => count > 0,
      "the first messages",
    );
    await happen(org);
    const before = arrived();
    await run;
    const found = await Promise.all(ids.map((id) => org.read(id)));
    return {
      org,
      ids,
      before,
      arrived: arrived(),
      statusOf: (status: string) => found.filter((m) => m.status === status).length,
    };
  }

  test("the integration, by a pause, leaves the rest waiting and nothing in doubt", async () => {
    const { org, ids, before, arrived, statusOf } = await interrupted((sender) => setIntegration(sender, { status: "paused" }));
    expect(arrived - before).toBeLessThanOrEqual(COMMITTED);
    expect(statusOf("sent")).toBe(arrived);
    expect(statusOf("queued")).toBe(40 - arrived);
    await setIntegration(org, { status: "verified", ratePerSecond: 1_000 });
    await org.dispatch();
    expect(ids.map(org.arrivedTimes)).toEqual(ids.map(() => 1));
  });

  test("the number, to another process, sends nothing more itself", async () => {
    const { before, arrived, statusOf } = await interrupted((sender) =>
      db
        .update(lanes)
        .set({ owner: "another process", leaseUntil: new Date(Date.now() + 10_000) })
        .where(eq(lanes.integrationId, sender.integration.id)),
    );
    expect(arrived - before).toBeLessThanOrEqual(COMMITTED);
    expect(statusOf("sent")).toBe(arrived);
    expect(statusOf("queued")).toBe(40 - arrived);
  });
});

describe("an outcome nobody knows", () => {
  test("is unknown at once, kept for a status, and ends as failed after the organization's time, offered for resending once", async () => {
    const org = await connected({ settings: { unknownSettleMinutes: 30 } });
    const id = await org.write("+905550000010");
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "unknown", attempts: 1 });
    await org.dispatch();
    await expect(resendMessage(org.ctxAt(new Date()), id)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("It can be sent again after"),
    });
    await failUnsettled(db, new Date(Date.now() + 29 * 60_000));
    expect(await org.read(id)).toMatchObject({ status: "unknown", attempts: 1 });
    await failUnsettled(db, new Date(Date.now() + 31 * 60_000));
    const ended = await org.read(id);
    expect(ended).toMatchObject({ status: "failed", failure: { reason: "outcome_unknown" }, unknownSince: null, attempts: 1 });
    expect(org.arrivedTimes(id)).toBe(0);

    const [first, second] = await Promise.all([
      resendMessage(org.ctxAt(new Date()), id),
      resendMessage(org.ctxAt(new Date()), id),
    ]);
    expect(second?.id).toBe(first?.id);
    expect(first?.id).not.toBe(id);
    const copies = await db.select().from(messages).where(eq(messages.organizationId, org.organizationId));
    expect(copies).toHaveLength(2);
  });

  test.each([
    ["any_time", "unknown", true],
    ["after_settling", "unknown", false],
    ["never", "unknown", false],
    ["any_time", "failed", true],
    ["after_settling", "failed", true],
    ["never", "failed", false],
  ] as const)("under the rule %s and while it is %s may be sent again: %s", async (resendUnknown, status, allowed) => {
    const org = await connected({ settings: { resendUnknown } });
    const id = await org.write("+905550000010");
    await org.dispatch();
    if (status === "failed") await failUnsettled(db, new Date(Date.now() + 61 * 60_000));
    const ctx = org.ctxAt(new Date());
    expect(await getMessage(ctx, id)).toMatchObject({ status, canResend: allowed });
    if (allowed) expect(await resendMessage(ctx, id)).toMatchObject({ status: "queued" });
    else await expect(resendMessage(ctx, id)).rejects.toMatchObject({ code: "conflict" });
  });

  test("of a sender that died is unknown when the lease is over, not before, and never sent again", async () => {
    const org = await connected();
    const id = await org.write();
    await setMessage(id, { status: "sending", attempts: 1, leaseOwner: "dead", leaseUntil: new Date(Date.now() + 5_000) });
    await rescueStuck(db, new Date());
    expect(await org.read(id)).toMatchObject({ status: "sending" });
    await rescueStuck(db, new Date(Date.now() + 6_000));
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "unknown", attempts: 1 });
    expect(org.arrivedTimes(id)).toBe(0);
  });

  test("may not be resent while the message is on its way", async () => {
    const org = await connected();
    const id = await org.write();
    await expect(resendMessage(org.ctxAt(new Date()), id)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("a message of which nothing was heard", () => {
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000);

  test("is asked about once its settle time is over, and moves on by what Meta tells", async () => {
    const org = await connected();
    const id = await org.write();
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "sent" });
    await askHistory(db, later(30));
    expect(await org.read(id)).toMatchObject({ status: "sent" });
    await askHistory(db, later(61));
    const settled = await org.read(id);
    expect(settled.status).toMatch(/^(delivered|read)$/);
    expect(settled.timeline.find(({ step }) => step === "delivered")).toMatchObject({ source: "history" });
  });

  test("is left as it is where Meta refuses the question, and the number goes on sending", async () => {
    const org = await connected();
    const id = await org.write();
    await org.dispatch();
    org.faults({ tokenExpired: true });
    await askHistory(db, later(61));
    expect(await org.read(id)).toMatchObject({ status: "sent" });
    org.faults({ tokenExpired: false });
    await askHistory(db, later(62));
    expect(await org.read(id)).toMatchObject({ status: "sent" });
    const next = await org.write();
    await org.dispatch();
    expect(await org.read(next)).toMatchObject({ status: "sent" });
  });
});

describe("an outage at Meta", () => {
  test("makes the number rest: a few messages end in doubt, the others wait and arrive when it is over", async () => {
    let isDown = true;
    const graph = await startScript(() =>
      isDown ? { status: 503, body: {} } : { status: 200, body: { messages: [{ id: `wamid.${Math.random()}` }] } },
    );
    const org = await makeSender(db, { integration: { endpointUrl: `${graph.url}/v25.0`, ratePerSecond: 200 } });
    for (let i = 0; i < 100; i++) {
      const phone = somePhone();
      await org.optIn(phone);
      await org.send({ phoneNumber: phone, ...ORDER });
    }
    const counted = async () => {
      const rows = await db.select().from(messages).where(eq(messages.integrationId, org.integration.id));
      const of = (status: string) => rows.filter((row) => row.status === status).length;
      return { unknown: of("unknown"), queued: of("queued"), sent: of("sent") };
    };

    const first = await org.dispatch();
    const atRest = await counted();
    expect(atRest.unknown).toBeGreaterThanOrEqual(10);
    expect(atRest.queued).toBeGreaterThan(20);
    expect(first.nextDueAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await org.dispatch()).toMatchObject({ called: 0 });

    await sleep(Math.max(0, (first.nextDueAt?.getTime() ?? 0) - Date.now()) + 50);
    await org.dispatch();
    expect(await counted()).toEqual({ ...atRest, unknown: atRest.unknown + 1, queued: atRest.queued - 1 });

    isDown = false;
    await sleep(2_100);
    await org.dispatch();
    expect(await counted()).toEqual({ unknown: atRest.unknown + 1, queued: 0, sent: atRest.queued - 1 });
    expect(graph.calls).toHaveLength(100);
    await graph.close();
  });
});

describe("a refusal", () => {
  test("that is harmless is tried again after a wait, and arrives once", async () => {
    const org = await connected();
    const id = await org.write("+905550000002");
    await org.dispatch();
    const waiting = await org.read(id);
    expect(waiting).toMatchObject({ status: "queued", attempts: 1 });
    expect(waiting.dueAt.getTime()).toBeGreaterThan(Date.now());
    for (let tries = 0; tries < 5 && (await org.read(id)).status === "queued"; tries++) {
      await setMessage(id, { dueAt: new Date() });
      await org.dispatch();
    }
    expect(await org.read(id)).toMatchObject({ status: "sent", attempts: 3 });
    expect(org.arrivedTimes(id)).toBe(1);
  });

  test("of a message scheduled a day ago does not end it at its first try", async () => {
    const org = await connected();
    const id = await org.write("+905550000002");
    await setMessage(id, { createdAt: new Date(Date.now() - 30 * HOUR_MS), scheduledFor: new Date(Date.now() - 25 * HOUR_MS) });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "queued" });
    await setMessage(id, { attempts: 9, dueAt: new Date() });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "failed", failure: { code: 130429 } });
  });

  test("ends a sign-in code after ten minutes", async () => {
    const org = await connected();
    const id = await org.write("+905550000002", { template: "login_code", templateParams: ["123456"], language: "en" });
    await setMessage(id, { createdAt: new Date(Date.now() - 11 * 60_000) });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "failed", failure: { code: 130429 } });
  });

  test("of a paused template stops what waits of it", async () => {
    const org = await connected();
    const id = await org.write("+905550000012");
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "failed", failure: { code: 132015 } });
    const [template] = await db
      .select({ status: templates.status })
      .from(templates)
      .where(
        and(
          eq(templates.organizationId, org.organizationId),
          eq(templates.name, "order_confirmation"),
          eq(templates.language, "en"),
        ),
      );
    expect(template?.status).toBe("PAUSED");
  });

  test("slows the number down by half, once for a burst, and the rate climbs back", async () => {
    const org = await connected();
    org.faults({ rateLimitShare: 1 });
    for (let i = 0; i < 5; i++) await org.write();
    await org.dispatch({ maxMs: 300 });
    const [lane] = await db.select().from(lanes).where(eq(lanes.integrationId, org.integration.id));
    expect(lane?.rateFactor).toBe(0.5);
  });
});

describe("the 24-hour allowance", () => {
  test("is asked again when a message leaves that waited longer than its place holds", async () => {
    const org = await connected({ integration: { messagingLimitTier: "TIER_50" } });
    const id = await org.write();
    await db.delete(outreach).where(eq(outreach.organizationId, org.organizationId));
    await occupy(org, 50);
    const { nextDueAt } = await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "queued" });
    expect(nextDueAt?.getTime()).toBeGreaterThan(Date.now() + 20 * HOUR_MS);
    await db.delete(outreach).where(and(eq(outreach.organizationId, org.organizationId), eq(outreach.contactId, "person 7")));
    await setMessage(id, { dueAt: new Date() });
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "sent", outsideWindow: true });
    const [place] = await db
      .select()
      .from(outreach)
      .where(and(eq(outreach.organizationId, org.organizationId), eq(outreach.reservedBy, id)));
    expect(place).toBeDefined();
  });

  test("its last place is taken once, however many ask at the same time", async () => {
    const org = await connected({ integration: { messagingLimitTier: "TIER_50" } });
    const phones = Array.from({ length: 8 }, somePhone);
    for (const phone of phones) await org.optIn(phone);
    await occupy(org, 49);
    const results = await Promise.allSettled(phones.map((phoneNumber) => org.send({ phoneNumber, ...ORDER })));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected")
        expect(result.reason).toMatchObject({ code: "rate_limit_exceeded", retryAfterSeconds: expect.any(Number) });
    }
  });

  test("is not used by a reply, nor twice by one person, and a failed message gives its place back", async () => {
    const org = await connected({ integration: { messagingLimitTier: "TIER_50" } });
    const phoneNumber = somePhone();
    const used = async () =>
      (await db.select().from(outreach).where(eq(outreach.organizationId, org.organizationId))).filter(
        (row) => row.reservedAt ?? row.deliveredAt,
      ).length;
    await org.optIn(phoneNumber);
    await org.send({ phoneNumber, ...ORDER });
    const second = await org.send({ phoneNumber, ...ORDER });
    expect(await used()).toBe(1);
    await cancelMessage(org.ctxAt(new Date()), second.id);
    expect(await used()).toBe(1);
    const writer = somePhone();
    await org.optIn(writer);
    await org.heard(writer);
    await org.send({ phoneNumber: writer, message: "Here you are" });
    expect(await used()).toBe(1);
    const other = await org.send({ phoneNumber: await optedIn(org), ...ORDER });
    expect(await used()).toBe(2);
    await cancelMessage(org.ctxAt(new Date()), other.id);
    expect(await used()).toBe(1);
  });

  async function optedIn(org: Sender): Promise<string> {
    const phone = somePhone();
    await org.optIn(phone);
    return phone;
  }

  async function occupy(org: Sender, count: number): Promise<void> {
    await db.insert(outreach).values(
      Array.from({ length: count }, (_, i) => ({
        organizationId: org.organizationId,
        portfolioId: org.integration.businessAccountId,
        contactId: `person ${i}`,
        deliveredAt: new Date(Date.now() - HOUR_MS),
      })),
    );
  }
});

test("a person who stopped marketing at Meta is left alone from then on", async () => {
  const org = await connected();
  const phoneNumber = somePhone();
  await org.optIn(phoneNumber);
  await db.update(contacts).set({ marketingStoppedAt: new Date() }).where(eq(contacts.organizationId, org.organizationId));
  await expect(
    org.send({ phoneNumber, template: "weekend_offer", templateParams: { customerName: "A", discount: "20%", code: "X" } }),
  ).rejects.toMatchObject({ code: "recipient_opted_out_at_meta" });
});

test("a template that changed at Meta is read again after the first message that no longer fits it", async () => {
  const org = await connected();
  const ofOrder = and(
    eq(templates.organizationId, org.organizationId),
    eq(templates.name, ORDER.template),
    eq(templates.language, ORDER.language),
  );
  const [now] = await db.select().from(templates).where(ofOrder);
  await db
    .update(templates)
    .set({ components: [{ type: "BODY", text: "Without values" }] })
    .where(ofOrder);
  const id = await org.write(somePhone(), { template: ORDER.template, language: ORDER.language });
  await org.dispatch();
  expect(await org.read(id)).toMatchObject({ status: "failed", failure: { code: 132000 } });
  const components = async () => (await db.select().from(templates).where(ofOrder))[0]?.components;
  await eventually(components, (read) => read?.length === now?.components.length, "A second reading of the template");
  expect(await components()).toEqual(now?.components);
  expect((await org.read(await org.write())).status).toBe("queued");
});
