import "server-only";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** Meta answers in 100 to 300 ms on a good day, and is given up on after 20 s. */
const GRAPH_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 20];
/** Meta expects an answer to a webhook within seconds; we give it when the body is stored. */
const WEBHOOK_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** A stop must be in effect before the next message leaves; a queue that was down catches up in minutes. */
const EFFECT_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];

function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <T extends string>(name: string, help: string, labelNames: T[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  return {
    registry,
    accepted: counter("whatsapp_messages_accepted_total", "Messages that this process accepted for sending.", ["integration"]),
    sent: counter("whatsapp_messages_sent_total", "Messages that Meta took from this process.", ["integration"]),
    failed: counter("whatsapp_messages_failed_total", "Messages that ended as failed, by Meta's code or our own reason.", [
      "integration",
      "code",
    ]),
    retried: counter("whatsapp_messages_retried_total", "Refusals after which a message waits for another try, by Meta's code.", [
      "integration",
      "code",
    ]),
    unknown: counter("whatsapp_messages_unknown_total", "Calls of which nobody can say whether Meta took the message.", [
      "integration",
    ]),
    graph: histogram(
      "whatsapp_graph_send_seconds",
      "Time until Meta answered a call that sends a message.",
      ["result"],
      GRAPH_BUCKETS,
    ),
    webhook: histogram(
      "whatsapp_webhook_receive_seconds",
      "Time until a webhook of Meta's was stored, or refused.",
      ["result"],
      WEBHOOK_BUCKETS,
    ),
    effect: histogram(
      "whatsapp_webhook_effect_seconds",
      "Time from a webhook's arrival until what it says is in effect: a state, a conversation, a withdrawn consent.",
      [],
      EFFECT_BUCKETS,
    ),
  };
}

type Metrics = ReturnType<typeof makeMetrics>;
const held = globalThis as typeof globalThis & { __metrics?: Metrics };

/** One set a process, however often this module is loaded. */
function metrics(): Metrics {
  held.__metrics ??= makeMetrics();
  return held.__metrics;
}

/** What this process has counted since it started, in Prometheus' text. */
export function processMetrics(): Promise<string> {
  return metrics().registry.metrics();
}

export function countAccepted(integration: string, messages = 1): void {
  metrics().accepted.inc({ integration }, messages);
}

type Counted = {
  kind: "accepted" | "retry" | "unknown" | "failed";
  code?: number | null;
  failure?: { code?: number; reason: string };
};

/** What became of one message after a call, or without one. */
export function countOutcome(integration: string, { kind, code, failure }: Counted): void {
  const { sent, failed, retried, unknown } = metrics();
  if (kind === "accepted") sent.inc({ integration });
  else if (kind === "unknown") unknown.inc({ integration });
  else if (kind === "retry") retried.inc({ integration, code: code ?? "none" });
  else failed.inc({ integration, code: failure?.code ?? failure?.reason ?? "none" });
}

/** Notes how long a call to Meta took from leaving to its answer. */
export function countCall(result: "accepted" | "refused", tookMs: number): void {
  metrics().graph.observe({ result }, tookMs / 1000);
}

/** Notes how long a webhook of Meta's took, and hands on what it brought. */
export async function timeWebhook<T>(receive: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  let result = "refused";
  try {
    const answer = await receive();
    result = "stored";
    return answer;
  } finally {
    metrics().webhook.observe({ result }, (performance.now() - startedAt) / 1000);
  }
}

/** Notes that what a webhook said is in effect, so long after it arrived. */
export function countEffect(tookMs: number): void {
  metrics().effect.observe(Math.max(0, tookMs) / 1000);
}
