import "server-only";
import { createHash, randomBytes } from "node:crypto";
import type { Tracer } from "@opentelemetry/api";
import { env } from "@/lib/env";
import { log } from "@/lib/log";

type Telemetry = {
  write(step: Step): void;
  /** Sends what was noted, and notes nothing more. */
  stop(): Promise<void>;
};
type Step = {
  /** The message that it happened to; all steps of one are one trace, in whatever process they happen. */
  messageId: string;
  name: string;
  from: Date;
  attributes?: Record<string, string | number | boolean>;
  hasFailed?: boolean;
  /** The first step of a message, under which the others stand. */
  isFirst?: boolean;
};

const held = globalThis as typeof globalThis & { __telemetry?: Telemetry };

/** Notes a step of a message that ends now. Nothing happens unless telemetry was started. */
export function noteStep(step: Step): void {
  held.__telemetry?.write(step);
}

/** The trace of a message follows from its id, so that request, call and webhook meet without anything being handed on. */
export function traceOf(messageId: string): { traceId: string; spanId: string } {
  const hash = createHash("sha256").update(`trace ${messageId}`).digest("hex");
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) };
}

/** Sends traces to OTEL_EXPORTER_OTLP_ENDPOINT; without it nothing of OpenTelemetry is loaded. */
export async function startTelemetry(): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: service } = env();
  if (!endpoint || held.__telemetry) return async () => undefined;
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  const random = (bytes: number) => () => randomBytes(bytes).toString("hex");
  const ids = { generateTraceId: random(16), generateSpanId: random(8) };
  const provider = new sdk.NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": service }),
    // The ids of a first step are its message's; those of the others are made up.
    idGenerator: { generateTraceId: () => ids.generateTraceId(), generateSpanId: () => ids.generateSpanId() },
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
  });
  const tracer: Tracer = provider.getTracer("message-console");

  held.__telemetry = {
    write({ messageId, name, from, attributes = {}, hasFailed, isFirst }) {
      const { traceId, spanId } = traceOf(messageId);
      const own = { ...ids };
      if (isFirst) Object.assign(ids, { generateTraceId: () => traceId, generateSpanId: () => spanId });
      const parent = api.trace.setSpanContext(api.ROOT_CONTEXT, {
        traceId,
        spanId,
        traceFlags: api.TraceFlags.SAMPLED,
        isRemote: true,
      });
      const span = tracer.startSpan(
        name,
        { startTime: from, attributes: { "message.id": messageId, ...attributes } },
        isFirst ? api.ROOT_CONTEXT : parent,
      );
      Object.assign(ids, own);
      if (hasFailed) span.setStatus({ code: api.SpanStatusCode.ERROR });
      span.end();
    },
    async stop() {
      held.__telemetry = undefined;
      await provider.shutdown().catch((error: unknown) => log.warn({ err: error }, "The last traces could not be sent"));
    },
  };
  log.info({ service }, "Traces are sent");
  return () => held.__telemetry?.stop() ?? Promise.resolve();
}
