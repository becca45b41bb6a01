import { eq } from "drizzle-orm";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { createIntegration } from "@/lib/integrations/integrations";
import { pauseIntegration } from "@/lib/integrations/pause";
import { countAccepted, countCall, countOutcome, timeWebhook } from "@/lib/metrics";
import { GET } from "./route";

useTestDatabase();

const TOKEN = "a-token-for-prometheus";

let db: Db;

beforeAll(async () => {
  db = await openDatabase();
});

afterEach(() => setToken(undefined));

function setToken(token: string | undefined): void {
  if (token === undefined) delete process.env.METRICS_TOKEN;
  else process.env.METRICS_TOKEN = token;
  resetEnv();
}

const scrape = (authorization?: string) =>
  GET(new Request("http://localhost:3000/api/metrics", { headers: authorization ? { authorization } : {} }));

async function read(): Promise<string> {
  setToken(TOKEN);
  const answer = await scrape(`Bearer ${TOKEN}`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** The value of the one sample with this name and these labels. */
function sampleOf(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const line = text
    .split("\n")
    .find((one) => new RegExp(`^${name}[{ ]`).test(one) && wanted.every((label) => one.includes(label)));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}

async function makeNumber() {
  const { ctx } = await makeOrganization(db);
  const phoneNumberId = String(Math.floor(Math.random() * 1e15));
  const { id } = await createIntegration(ctx, {
    provider: "meta",
    category: "whatsapp",
    apiKey: "secret-access-token",
    endpointUrl: "https://graph.facebook.com/v26.0",
    config: { sandbox: false, phoneNumberId, businessAccountId: "100200300400500" },
  });
  return { ctx, id, phoneNumberId };
}

describe("the metrics", () => {
  test("have no address without METRICS_TOKEN", async () => {
    const answer = await scrape(`Bearer ${TOKEN}`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: "not_found" });
  });

  test("are shown to nobody who has not the token", async () => {
    setToken(TOKEN);
    for (const authorization of [
      undefined,
      TOKEN,
      "Bearer",
      `Bearer ${TOKEN}x`,
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN.slice(0, -1)}`,
    ]) {
      const answer = await scrape(authorization);
      expect(answer.status, authorization).toBe(401);
      expect(await answer.text()).not.toContain("whatsapp_messages");
    }
    expect((await scrape(`bearer ${TOKEN}`)).status).toBe(200);
  });

  test("are Prometheus' text, with a help and a type for each of ours", async () => {
    setToken(TOKEN);
    const answer = await scrape(`Bearer ${TOKEN}`);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await answer.text()).split("\n").filter((line) => line !== "");
    for (const line of lines) expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? ([\d.e+-]+|NaN|\+Inf))$/i);
    const names = lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []);
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(
      expect.arrayContaining([
        "nodejs_eventloop_lag_seconds",
        "process_resident_memory_bytes",
        "whatsapp_webhook_bodies_pending",
        "whatsapp_dead_letters",
      ]),
    );
  });

  test("tell of each number what waits, its rate and its allowance, and why it is paused", async () => {
    const { ctx, id, phoneNumberId } = await makeNumber();
    await db
      .update(integrations)
      .set({ status: "verified", messagingLimitTier: "TIER_250", ratePerSecond: 20 })
      .where(eq(integrations.id, id));
    const running = await read();
    expect(sampleOf(running, "whatsapp_integration_up", { integration: id })).toBe(1);
    for (const status of ["queued", "scheduled", "sending", "unknown"])
      expect(sampleOf(running, "whatsapp_messages", { integration: id, status })).toBe(0);
    expect(sampleOf(running, "whatsapp_oldest_waiting_seconds", { integration: id })).toBe(0);
    expect(sampleOf(running, "whatsapp_rate_per_second", { integration: id })).toBe(20);
    expect(sampleOf(running, "whatsapp_allowance_used", { integration: id })).toBe(0);
    expect(sampleOf(running, "whatsapp_allowance_limit", { integration: id })).toBe(250);
    expect(sampleOf(running, "whatsapp_integration_paused", { integration: id })).toBeUndefined();

    await pauseIntegration(ctx, id, "billing", 131042);
    const paused = await read();
    expect(sampleOf(paused, "whatsapp_integration_up", { integration: id })).toBe(0);
    expect(sampleOf(paused, "whatsapp_integration_paused", { integration: id, reason: "billing" })).toBe(1);
    for (const secret of [phoneNumberId, "secret-access-token", ctx.organizationId]) expect(paused).not.toContain(secret);

    await db.update(integrations).set({ deletedAt: new Date() }).where(eq(integrations.id, id));
    expect(sampleOf(await read(), "whatsapp_integration_up", { integration: id })).toBeUndefined();
  });

  test("count what this process accepted and what became of it, by Meta's code", async () => {
    const integration = "int_counted";
    countAccepted(integration, 5);
    countOutcome(integration, { kind: "accepted" });
    countOutcome(integration, { kind: "retry", code: 130429 });
    countOutcome(integration, { kind: "failed", failure: { code: 131026, reason: "bad_recipient" } });
    countOutcome(integration, { kind: "failed", failure: { reason: "outcome_unknown" } });
    countOutcome(integration, { kind: "unknown" });
    const text = await read();
    expect(sampleOf(text, "whatsapp_messages_accepted_total", { integration })).toBe(5);
    expect(sampleOf(text, "whatsapp_messages_sent_total", { integration })).toBe(1);
    expect(sampleOf(text, "whatsapp_messages_retried_total", { integration, code: "130429" })).toBe(1);
    expect(sampleOf(text, "whatsapp_messages_failed_total", { integration, code: "131026" })).toBe(1);
    expect(sampleOf(text, "whatsapp_messages_failed_total", { integration, code: "outcome_unknown" })).toBe(1);
    expect(sampleOf(text, "whatsapp_messages_unknown_total", { integration })).toBe(1);
  });

  test("time calls to Meta and webhooks, whether they went well or not", async () => {
    countCall("accepted", 120);
    countCall("refused", 90);
    await timeWebhook(async () => undefined);
    const text = await read();
    expect(sampleOf(text, "whatsapp_graph_send_seconds_count", { result: "accepted" })).toBe(1);
    expect(sampleOf(text, "whatsapp_graph_send_seconds_count", { result: "refused" })).toBe(1);
    expect(sampleOf(text, "whatsapp_webhook_receive_seconds_count", { result: "stored" })).toBe(1);
  });
});
