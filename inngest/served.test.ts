import { connect } from "node:net";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { messages } from "@/db/schema/messages";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { makeSender, ORDER } from "@/lib/messages/testing";
import { whileAwake } from "./awake";
import { describeDelivery } from "./delivery";
import { keyOf } from "./jobs";
import type { Engine } from "./local";
import { eventually, type TestConsole } from "./testing";
import { EVENT_KEY, SIGNING_KEY, startInngestServer } from "./testing-server";

let server: Awaited<ReturnType<typeof startInngestServer>>;
let app: TestConsole;

describe("the functions that Inngest runs", () => {
  // The client reads its keys when it is made, with the first route that is loaded.
  beforeAll(async () => {
    server = await startInngestServer();
    Object.assign(process.env, { INNGEST_BASE_URL: server.url, INNGEST_EVENT_KEY: EVENT_KEY, INNGEST_SIGNING_KEY: SIGNING_KEY });
    resetEnv();
  });

  describeDelivery(async (running) => {
    app = running;
    const { startEngine } = await import("./engine");
    const engine: Engine = await startEngine();
    const registered = await fetch(`${app.url}/api/inngest`, { method: "PUT" });
    expect(registered.status).toBe(200);
    const sweeping = setInterval(() => server.fire("dese-whatsapp-console-sweep"), 1_000);
    return {
      async stop() {
        clearInterval(sweeping);
        await engine.stop();
        await server.stop();
      },
    };
  });

  test("are registered with their triggers, retries and limits", () => {
    const shown = [...server.functions.values()].map((fn) => ({
      id: fn.id.replace("dese-whatsapp-console-", ""),
      triggers: fn.triggers.map((trigger) => trigger.event ?? trigger.cron),
      concurrency: fn.concurrency,
      batch: fn.batchEvents,
      retries: fn.steps.step.retries?.attempts,
    }));
    expect(shown).toMatchObject([
      {
        id: "dispatch",
        triggers: ["whatsapp/messages.waiting"],
        concurrency: [{ limit: 1, key: "event.data.integrationId" }],
        retries: 4,
      },
      { id: "webhooks", triggers: ["whatsapp/webhooks.received"], concurrency: [{ limit: 1 }] },
      { id: "media", triggers: ["whatsapp/media.waiting"], concurrency: [{ limit: 1 }] },
      { id: "sandbox", triggers: ["whatsapp/sandbox.waiting"], concurrency: [{ limit: 1 }] },
      { id: "wake-later", triggers: ["whatsapp/wake.later"] },
      { id: "sweep", triggers: ["* * * * *"] },
      { id: "template-sync", triggers: ["17 3 * * *"] },
      { id: "number-refresh", triggers: ["41 * * * *"] },
      { id: "history", triggers: ["*/5 * * * *"] },
      { id: "retention", triggers: ["*/10 * * * *"] },
    ]);
  });

  test("leave nobody asleep for a number that is due later, and one wake-up for the moment", async () => {
    const db = await openDatabase();
    const { integration, organizationId, optIn, send } = await makeSender(db);
    await optIn("+905551234567");
    const { id } = await send({ phoneNumber: "+905551234567", ...ORDER });
    const dueAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 300_000);
    await db.update(messages).set({ status: "scheduled", dueAt }).where(eq(messages.id, id));
    const endedBefore = server.runs.length;
    const wakeUp = { name: "whatsapp/messages.waiting", data: { integrationId: integration.id, organizationId } };
    const events = JSON.stringify(Array.from({ length: 20 }, () => wakeUp));
    await fetch(`${server.url}/e/${EVENT_KEY}`, { method: "POST", body: events });
    const later = `later messages ${integration.id} ${dueAt.toISOString()}`;
    await eventually(
      async () => server.events.filter((event) => event.id === later).length,
      (sent) => sent > 0,
      "a wake-up for the moment it is due",
      30_000,
    );
    expect(server.sleeping.get("dese-whatsapp-console-dispatch") ?? 0).toBe(0);
    expect(server.runs.slice(endedBefore).filter((run) => run.outcome === "failed")).toEqual([]);
  });

  test("get no event for work that a run which is awake will find, and one that looks whether it lived", async () => {
    const db = await openDatabase();
    const { integration, organizationId, optIn, send } = await makeSender(db);
    await optIn("+905551234567");
    const wake = { kind: "messages", integrationId: integration.id, organizationId } as const;
    await whileAwake(db, keyOf(wake), "another run", async () => {
      for (let i = 0; i < 4; i++) {
        await send({ phoneNumber: "+905551234567", ...ORDER });
        await eventually(
          async () => server.events.filter((event) => event.id?.startsWith(`later ${keyOf(wake)} `)).length,
          (guards) => guards > 0,
          "a guard",
        );
      }
    });
    const own = server.events.filter((event) => event.data.integrationId === integration.id);
    expect(own.filter((event) => event.name === "whatsapp/messages.waiting")).toEqual([]);
    expect(own.length).toBeLessThan(4);
  });

  test("are told our own address, whatever host a request names", async () => {
    const port = Number(new URL(app.url).port);
    const answer = await new Promise<string>((done) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(
          "PUT /api/inngest HTTP/1.1\r\nHost: attacker.example:9999\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        ),
      );
      let said = "";
      socket.on("data", (chunk) => {
        said += chunk;
      });
      socket.on("close", () => done(said));
    });
    expect(answer).toContain("200 OK");
    for (const fn of server.functions.values()) expect(fn.steps.step.runtime.url).toMatch(new RegExp(`^${app.url}/`));
  });

  test("refuse calls that are not signed with the key", async () => {
    const url = [...server.functions.values()][0]?.steps.step.runtime.url ?? "";
    const body = JSON.stringify({
      ctx: { run_id: "x", attempt: 0, stack: { stack: [], current: 0 } },
      event: { name: "whatsapp/messages.waiting", data: {} },
      events: [],
      steps: {},
      version: 2,
    });
    for (const headers of [{}, { "x-inngest-signature": "t=1&s=00" }] as Record<string, string>[]) {
      const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
      expect(answer.status).toBe(401);
    }
  });

  test("end well", () => {
    expect(server.runs.length).toBeGreaterThan(10);
    expect(server.runs.filter((run) => run.outcome === "failed")).toEqual([]);
  });
});
