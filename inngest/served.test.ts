import { beforeAll, describe, expect, test } from "vitest";
import { resetEnv } from "@/lib/env";
import { describeDelivery } from "./delivery";
import type { Engine } from "./local";
import type { TestConsole } from "./testing";
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
      { id: "webhooks", triggers: ["whatsapp/webhooks.received"], batch: { maxSize: 100, timeout: "1s" } },
      { id: "sandbox", triggers: ["whatsapp/sandbox.waiting"], concurrency: [{ limit: 1 }] },
      { id: "sweep", triggers: ["* * * * *"] },
      { id: "template-sync", triggers: ["17 3 * * *"] },
      { id: "number-refresh", triggers: ["41 * * * *"] },
      { id: "history", triggers: ["*/5 * * * *"] },
      { id: "retention", triggers: ["*/10 * * * *"] },
    ]);
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
