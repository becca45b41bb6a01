import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { sendBulk } from "@/lib/messages/bulk";
import { applyStatuses } from "@/lib/messages/delivery-reports";
import { makeSender, ORDER } from "@/lib/messages/testing";
import { startTelemetry, traceOf } from "@/lib/telemetry";

useTestDatabase();

const PHONE = "+905551234567";
const loaded = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((file) => /exporter-trace-otlp-http|sdk-trace-node/.test(file));

type Span = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
};

let db: Db;

beforeAll(async () => {
  db = await openDatabase();
});
afterEach(() => setEndpoint(undefined));

function setEndpoint(url: string | undefined): void {
  if (url) process.env.OTEL_EXPORTER_OTLP_ENDPOINT = url;
  else delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  resetEnv();
}

/** As much of an OpenTelemetry collector as keeps what it is sent. */
async function startCollector() {
  const spans: Span[] = [];
  const services: unknown[] = [];
  const server = createServer(async (req, res) => {
    let body = "";
    for await (const chunk of req) body += chunk;
    const { resourceSpans } = JSON.parse(body);
    for (const { resource, scopeSpans } of resourceSpans) {
      services.push(resource.attributes.find(({ key }: { key: string }) => key === "service.name")?.value.stringValue);
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    res.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, services, stop: () => new Promise((done) => server.close(done)) };
}

test("loads nothing of OpenTelemetry and sends nothing while no endpoint is set", async () => {
  setEndpoint(undefined);
  const stop = await startTelemetry();
  const { optIn, send, dispatch } = await makeSender(db, { integration: { sandbox: true } });
  await optIn(PHONE);
  await send({ phoneNumber: PHONE, ...ORDER });
  await dispatch();
  await stop();
  expect(loaded()).toEqual([]);
});

test("makes one trace of a message's request, call and webhook, by its id", async () => {
  const collector = await startCollector();
  setEndpoint(collector.url);
  const stop = await startTelemetry();
  expect(loaded()).not.toEqual([]);
  const { ctx, integration, optIn, send, dispatch, systemAt } = await makeSender(db, { integration: { sandbox: true } });
  await optIn(PHONE);
  const { id } = await send({ phoneNumber: PHONE, ...ORDER });
  await dispatch();
  const report = { wamid: "wamid.trace", callbackData: id, status: "delivered", at: new Date(), errors: [] };
  await applyStatuses(systemAt(), integration.id, [report]);
  // Told twice, it happened once.
  await applyStatuses(systemAt(), integration.id, [report]);
  const bulk = await sendBulk({ ...ctx, now: new Date() }, { messages: [{ phoneNumber: PHONE, ...ORDER }] }, null);
  await stop();
  await collector.stop();

  expect(new Set(collector.services)).toEqual(new Set(["message-console"]));
  const { traceId, spanId } = traceOf(id);
  const ofMessage = collector.spans.filter((span) => span.traceId === traceId);
  expect(ofMessage.map(({ name, parentSpanId }) => [name, parentSpanId || null])).toEqual([
    ["message.accept", null],
    ["graph.send", spanId],
    ["webhook.delivered", spanId],
  ]);
  expect(ofMessage[0]?.spanId).toBe(spanId);
  for (const span of ofMessage) {
    expect(span.attributes).toContainEqual({ key: "message.id", value: { stringValue: id } });
    expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
  }
  // Nothing personal: neither the number nor the text.
  expect(JSON.stringify(collector.spans)).not.toMatch(/905551234567|John Doe|ORD-12345/);

  const [one] = bulk.results;
  expect(collector.spans.map((span) => span.traceId)).toContain(traceOf(one?.id ?? "").traceId);
});
