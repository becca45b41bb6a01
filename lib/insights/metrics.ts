import "server-only";
import { and, eq, isNull, or, sql } from "drizzle-orm";
import { Gauge, Registry } from "prom-client";
import type { Db } from "@/db/client";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages, outreach } from "@/db/schema/messages";
import { firstIdAt } from "@/lib/ids";
import { portfolioOf } from "@/lib/integrations/access";
import { rateFactor, ratesOf } from "@/lib/integrations/rate";
import { allowanceOf } from "@/lib/integrations/show";
import { log } from "@/lib/log";
import { processMetrics } from "@/lib/metrics";
import { DAY_MS } from "@/lib/time";
import { waking } from "@/lib/waking";

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * Everything Prometheus asks for: what this process counted, and how the whole installation fares now, in five queries. Numbers
 * are named by their integration's id; nothing tells a person, a phone number or an organization. While the database is away the
 * counters are there and `whatsapp_database_up` is 0.
 */
export async function renderMetrics(db: Db, now: Date): Promise<string> {
  const state = await readState(db, now).catch((error: unknown) => {
    log.warn({ err: error }, "The metrics could not read the database");
    return null;
  });
  const registry = new Registry();
  const gauge = gaugesIn(registry);
  gauge("whatsapp_database_up", "Whether the database answered this scrape.", [])({}, state ? 1 : 0);
  if (state) {
    fill(gauge, state, now);
    const wakes = (await waking())?.state;
    if (wakes) {
      const inngest = gauge("whatsapp_inngest_wakes", "1 for how Inngest wakes this process now, 0 for the others.", ["state"]);
      for (const one of ["well", "stalled", "taken_over"]) inngest({ state: one }, one === wakes ? 1 : 0);
    }
  }
  return `${await processMetrics()}\n${await registry.metrics()}`;
}

type State = Awaited<ReturnType<typeof readState>>;

async function readState(db: Db, now: Date) {
  const [numbers, queues, places, [webhooks], lateSends] = await Promise.all([
    readNumbers(db),
    countMessages(db, now),
    countPeople(db, now),
    countWebhooks(db),
    countSentAfterWithdrawal(db, now),
  ]);
  return { numbers, queues, places, webhooks, lateSends };
}

type SetGauge = (labels: Record<string, string>, value: number) => void;
type MakeGauge = (name: string, help: string, labelNames: string[]) => SetGauge;

/** Made anew for each scrape, so that a deleted number leaves nothing behind. */
function gaugesIn(registry: Registry): MakeGauge {
  return (name, help, labelNames) => {
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    return (labels, value) => gauge.set(labels, value);
  };
}

function fill(gauge: MakeGauge, { numbers, queues, places, webhooks, lateSends }: State, now: Date): void {
  const one = ["integration"];
  const waiting = gauge("whatsapp_messages", "Messages by the state they are in until Meta has taken them.", [
    "integration",
    "status",
  ]);
  const oldest = gauge("whatsapp_oldest_waiting_seconds", "How long the oldest message that may leave has been due.", one);
  const rate = gauge(
    "whatsapp_rate_per_second",
    "Messages a second that the number sends at most now, after Meta's slow-downs.",
    one,
  );
  const rateLimit = gauge("whatsapp_rate_limit_per_second", "Messages a second that are set for the number.", one);
  const used = gauge("whatsapp_allowance_used", "People reached outside their window in the last 24 hours, or about to be.", one);
  const limit = gauge(
    "whatsapp_allowance_limit",
    "People that Meta lets the account reach in 24 hours; absent without a limit.",
    one,
  );
  const verified = gauge("whatsapp_integration_up", "Whether the number is verified and not paused.", one);
  const paused = gauge("whatsapp_integration_paused", "1 for a number that is paused, with the reason.", [
    "integration",
    "reason",
  ]);
  for (const number of numbers) {
    const integration = number.id;
    const queue = queues.get(integration);
    for (const status of OPEN) waiting({ integration, status }, queue?.[status] ?? 0);
    oldest({ integration }, Math.max(0, queue?.oldestDueAt ? (now.getTime() - queue.oldestDueAt.getTime()) / 1000 : 0));
    const { effective } = ratesOf(number);
    rateLimit({ integration }, effective);
    rate({ integration }, effective * rateFactor({ rateFactor: number.rateFactor ?? 1, slowedAt: number.slowedAt }, now));
    used({ integration }, places.get(placeOf(number.organizationId, portfolioOf(number))) ?? 0);
    const allowance = allowanceOf(number);
    if (allowance !== null) limit({ integration }, allowance);
    verified({ integration }, number.status === "verified" ? 1 : 0);
    if (number.status === "paused") paused({ integration, reason: number.pauseReason ?? "none" }, 1);
  }
  gauge(
    "whatsapp_webhook_bodies_pending",
    "Webhook bodies that are stored and not yet understood.",
    [],
  )({}, webhooks?.pending ?? 0);
  gauge("whatsapp_webhook_oldest_pending_seconds", "Age of the oldest of them.", [])({}, webhooks?.oldestSeconds ?? 0);
  gauge(
    "whatsapp_sent_after_withdrawal",
    "Messages that left although the person had withdrawn consent for their purpose before, of withdrawals of the last 24 hours. Looked up, not assumed.",
    [],
  )({}, lateSends);
  gauge("whatsapp_dead_letters", "Webhook items that could not be understood.", [])({}, webhooks?.deadLetters ?? 0);
}

/** A withdrawal counts from when it was written down, until the person's next word for the purpose. */
async function countSentAfterWithdrawal(db: Db, now: Date): Promise<number> {
  const since = firstIdAt("cns", new Date(now.getTime() - DAY_MS));
  const [found] = await db.execute<{ count: number }>(sql`
    select count(distinct m.id)::int as count
    from consents e
    join messages m on m.contact_id = e.contact_id and m.direction = 'outgoing' and not m.confirms_stop and m.sent_at >= e.recorded_at
      and (m.purpose = e.purpose or e.purpose = 'all' and m.purpose <> 'service')
    cross join lateral (
      select max((s ->> 'at')::timestamptz) as at from jsonb_array_elements(m.timeline) s where s ->> 'step' = 'sending') leaving
    where e.id >= ${since} and e.status = 'opted_out' and leaving.at > e.recorded_at
      and (select w.status from consents w where w.contact_id = m.contact_id and w.purpose in ('all', m.purpose) and w.recorded_at <= leaving.at
        order by date_trunc('second', w.occurred_at) desc, w.recorded_at desc, w.id collate "C" desc limit 1) = 'opted_out'`);
  return found?.count ?? 0;
}

async function readNumbers(db: Db) {
  return db
    .select({
      id: integrations.id,
      organizationId: integrations.organizationId,
      businessAccountId: integrations.businessAccountId,
      sandbox: integrations.sandbox,
      status: integrations.status,
      pauseReason: integrations.pauseReason,
      messagingLimitTier: integrations.messagingLimitTier,
      throughputLevel: integrations.throughputLevel,
      onBusinessApp: integrations.onBusinessApp,
      ratePerSecond: integrations.ratePerSecond,
      rateFactor: lanes.rateFactor,
      slowedAt: lanes.slowedAt,
    })
    .from(integrations)
    .leftJoin(lanes, eq(lanes.integrationId, integrations.id))
    .where(isNull(integrations.deletedAt))
    .orderBy(integrations.id);
}

const OPEN = ["queued", "scheduled", "sending", "unknown"] as const;

async function countMessages(db: Db, now: Date) {
  const of = (status: (typeof OPEN)[number]) => sql<number>`(count(*) filter (where ${messages.status} = ${status}))::int`;
  const isDue = and(eq(messages.status, "queued"), sql`${messages.dueAt} <= ${now.toISOString()}::timestamptz`);
  const rows = await db
    .select({
      integrationId: messages.integrationId,
      queued: of("queued"),
      scheduled: of("scheduled"),
      sending: of("sending"),
      unknown: of("unknown"),
      oldestDueAt: sql<Date | null>`min(${messages.dueAt}) filter (where ${isDue})`.mapWith(messages.dueAt),
    })
    .from(messages)
    // One arm for each partial index, so that finished messages cost nothing.
    .where(
      or(
        sql`${messages.status} in ('queued', 'scheduled')`,
        sql`${messages.status} = 'sending'`,
        sql`${messages.status} = 'unknown'`,
      ),
    )
    .groupBy(messages.integrationId);
  return new Map(rows.map((row) => [row.integrationId, row]));
}

const placeOf = (organizationId: string, portfolioId: string) => `${organizationId} ${portfolioId}`;

/** The gate counts the same: people of a portfolio in a rolling 24 hours. */
async function countPeople(db: Db, now: Date): Promise<Map<string, number>> {
  const rows = await db
    .select({ organizationId: outreach.organizationId, portfolioId: outreach.portfolioId, used: sql<number>`count(*)::int` })
    .from(outreach)
    .where(
      sql`greatest(${outreach.reservedAt}, ${outreach.deliveredAt}) > ${now.toISOString()}::timestamptz - interval '24 hours'`,
    )
    .groupBy(outreach.organizationId, outreach.portfolioId);
  return new Map(rows.map((row) => [placeOf(row.organizationId, row.portfolioId), row.used]));
}

async function countWebhooks(db: Db) {
  return db.execute<{ pending: number; oldestSeconds: number; deadLetters: number }>(sql`
    select count(*)::int as pending, coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as "oldestSeconds",
      (select count(*)::int from dead_letters) as "deadLetters"
    from webhook_events where status = 'pending'`);
}
