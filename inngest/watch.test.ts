import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { messages } from "@/db/schema/messages";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { renderMetrics } from "@/lib/insights/metrics";
import { getOverview } from "@/lib/insights/overview";
import { makeSender, ORDER } from "@/lib/messages/testing";
import type { Waking } from "@/lib/waking";
import { eventually, startTestConsole, type TestConsole } from "./testing";
import { EVENT_KEY, SIGNING_KEY, startInngestServer } from "./testing-server";
import { decide, watchInngest } from "./watch";

const t0 = Date.parse("2026-11-25T12:00:00Z");
const at = (seconds: number) => new Date(t0 + seconds * 1000);
const well: Waking = { state: "well", since: at(0) };
const stalled: Waking = { state: "stalled", since: at(0) };
const takenOver: Waking = { state: "taken_over", since: at(0) };
const seen = (seconds: number, inngest: number | null, untakenSeconds = 0, mayTakeOver = true) => ({
  at: at(seconds),
  inngestSeenAt: inngest === null ? null : at(inngest),
  untakenSeconds,
  mayTakeOver,
});

describe("an Inngest that wakes nobody", () => {
  test.each([
    ["calls every minute: nothing", well, seen(60, 10, 500), "well", "nothing"],
    ["is silent and nothing is due: nothing", well, seen(900, 10, 0), "well", "nothing"],
    ["is silent and something is due for a minute: registered again", well, seen(900, 10, 61), "stalled", "register"],
    ["never called and something is due: registered again", well, seen(900, null, 61), "stalled", "register"],
    ["stays silent: registered again each time", stalled, seen(100, null, 200), "stalled", "register"],
    ["stays silent for three minutes: the built-in engine takes over", stalled, seen(180, null, 200), "taken_over", "take_over"],
    ["stays silent, and nobody may take over: registered again", stalled, seen(600, null, 200, false), "stalled", "register"],
    [
      "stays silent while the other engine works: registered again, nothing being late",
      takenOver,
      seen(600, null, 0),
      "taken_over",
      "register",
    ],
    ["calls again: well", stalled, seen(100, 95, 0), "well", "nothing"],
    ["calls again: the built-in engine gives back", takenOver, seen(600, 590, 0), "well", "give_back"],
  ] as const)("%s", (_, before, what, state, act) => {
    const decided = decide(before, what);
    expect(decided).toMatchObject({ next: { state }, act });
  });
});

describe("an installation whose Inngest has forgotten it", () => {
  useTestDatabase();
  let server: Awaited<ReturnType<typeof startInngestServer>>;
  let app: TestConsole;
  let db: Db;

  beforeAll(async () => {
    server = await startInngestServer();
    Object.assign(process.env, { INNGEST_BASE_URL: server.url, INNGEST_EVENT_KEY: EVENT_KEY, INNGEST_SIGNING_KEY: SIGNING_KEY });
    app = await startTestConsole();
    db = await openDatabase();
  });
  afterAll(async () => {
    await app.stop();
    await server.stop();
  });

  test("is told of it again after a minute, works without it after three more, and gives back when it calls", async () => {
    let later = 0;
    const gaveBack: number[] = [];
    const { startLocalEngine } = await import("./local");
    const register = async () => (await fetch(`${app.url}/api/inngest`, { method: "PUT" })).ok;
    const watch = watchInngest(
      { register, takeOver: startLocalEngine, giveBack: () => gaveBack.push(Date.now()) },
      () => new Date(Date.now() + later),
    );
    const { ctx, optIn, send, token } = await makeSender(db, { integration: { sandbox: true } });
    const health = async () => (await app.call(token, "GET", "/api/health")).body;
    const needs = async () => (await getOverview({ ...ctx, now: new Date() })).attention.map(({ kind }) => kind);

    await optIn("+905551234567");
    const { id } = await send({ phoneNumber: "+905551234567", ...ORDER });
    expect(await health()).toMatchObject({ status: "ok" });
    await db
      .update(messages)
      .set({ dueAt: new Date(Date.now() - 61_000) })
      .where(eq(messages.id, id));

    later += 10_000;
    expect(await health()).toMatchObject({ status: "degraded", problem: "Inngest wakes nobody although work is due." });
    expect([...server.functions.keys()]).toContain("dese-whatsapp-console-dispatch");
    expect(await needs()).toContain("nobody_wakes");
    expect(await renderMetrics(db, new Date())).toContain('whatsapp_inngest_wakes{state="stalled"} 1');

    later += 180_000;
    expect(await health()).toMatchObject({ status: "degraded", problem: expect.stringContaining("built-in engine") });
    const read = async () => (await app.call(token, "GET", `/api/v1/crm/whatsapp/messages/${id}`)).body;
    await eventually(read, (message) => message.sentAt !== null, "the message leaving");
    expect(await needs()).not.toContain("nobody_wakes");

    server.fire("dese-whatsapp-console-sweep");
    await eventually(
      async () => server.runs,
      (runs) => runs.length === 1,
      "the sweep",
    );
    later = 0;
    await eventually(health, ({ status }) => status === "ok", "giving back");
    expect(gaveBack).toHaveLength(1);
    await watch.stop();
  });
});
