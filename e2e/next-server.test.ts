import { describe, expect, test } from "vitest";
import { type NextHost, startUnderNext, startWithout } from "./hosts";
import { describeJourneys, START_TIMEOUT_MS } from "./journeys";

describe("next start as on Vercel, with a PostgreSQL of its own and Inngest", () => {
  const running = describeJourneys(startUnderNext);

  test("has told Inngest of its functions, and no header moves them", async () => {
    const { inngest, url } = running().host as NextHost;
    const origins = () => new Set([...inngest.functions.values()].map((fn) => new URL(fn.steps.step.runtime.url).origin));
    expect([...origins()]).toEqual([url]);
    const answer = await fetch(`${url}/api/inngest`, { method: "PUT", headers: { "x-forwarded-host": "attacker.example" } });
    expect([answer.status, ...origins()]).toEqual([200, url]);
  });

  test("writes no stack into the log for what strangers ask", async () => {
    expect(running().host.output()).not.toMatch(/^\s+at .+:\d+:\d+/m);
  });

  test("ends when it is told to, although a page listens", async () => {
    const { host, demo } = running();
    const live = await fetch(`${host.url}/api/live`, { headers: { authorization: `Bearer ${demo.token}` } });
    const heard = live.text();
    await host.terminate();
    expect(await heard).toContain(": listening");
  });
});

describe("next start without a setting", () => {
  test.each([
    ["the keys of Inngest", { INNGEST_SIGNING_KEY: "" }, "INNGEST_SIGNING_KEY"],
    ["the keys of the database", { ENCRYPTION_KEYS: "" }, "ENCRYPTION_KEYS"],
  ])(
    "says with 503 which setting is missing, and accepts nothing: %s",
    async (_, settings, name) => {
      const host = await startWithout(settings);
      try {
        const health = await fetch(`${host.url}/api/health`);
        expect([health.status, await health.json()]).toMatchObject([503, { problem: expect.stringContaining(name) }]);
        const sent = await fetch(`${host.url}/api/v1/crm/whatsapp/send`, { method: "POST", body: "{}" });
        expect([sent.status, await sent.json()]).toMatchObject([
          503,
          { error: "not_ready", message: expect.stringContaining(name) },
        ]);
        expect(host.output()).toContain(name);
      } finally {
        await host.stop();
      }
    },
    START_TIMEOUT_MS,
  );
});
