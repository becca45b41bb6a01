import "server-only";
import { TZDate } from "@date-fns/tz";
import { addDays, startOfDay, subDays } from "date-fns";
import { and, eq, gte, isNull, sql } from "drizzle-orm";
import { madeBetween } from "@/db/columns";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { organizations } from "@/db/schema/organizations";
import { templates } from "@/db/schema/templates";
import { cacheWhenCostly } from "@/lib/cache-when-costly";
import type { Ctx } from "@/lib/ctx";
import { firstIdAt } from "@/lib/ids";
import { ofRealAccount } from "@/lib/integrations/access";
import { healthOf } from "@/lib/integrations/health";
import { openRefusals } from "@/lib/integrations/refused-signatures";
import { explainFailure } from "@/lib/messages/failure";
import type { MessageFailure, MessageStatus } from "@/lib/messages/schema";
import { MESSAGE_STATUSES } from "@/lib/messages/words";
import { DEFAULT_SETTINGS } from "@/lib/organizations/schema";
import { waking } from "@/lib/waking";
import type { Overview } from "./schema";

const DAYS = 14;
const FAILURE_DAYS = 7;
const TOKEN_WARNING_DAYS = 14;
/** Meta reports within seconds; a day of sending without any webhook means that they do not reach us. */
const SILENCE_HOURS = 24;
const LOW_ALLOWANCE = 0.1;

type Counts = Overview["today"];
const NOTHING: Counts = { accepted: 0, waiting: 0, sent: 0, delivered: 0, read: 0, failed: 0, cancelled: 0 };

/** What the first page shows: today and the last two weeks in the organization's days, the numbers' health, and what needs a person. */
export async function getOverview(ctx: Ctx): Promise<Overview> {
  const [organization] = await ctx.db
    .select({ settings: organizations.settings })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  const { timeZone } = organization?.settings ?? DEFAULT_SETTINGS;
  const today = startOfDay(new TZDate(ctx.now, timeZone));
  const days = lastDays(today, DAYS);
  const [counts, failures, numbers] = await Promise.all([
    countDays(ctx, days),
    failuresAtLeisure(ctx.organizationId, () => countFailures(ctx)),
    readNumbers(ctx),
  ]);
  const health = await healthOf(
    ctx,
    numbers.map((number) => number.id),
  );
  const shown = days.map(({ date }) => ({ date, ...(counts.get(date) ?? NOTHING) }));
  return {
    today: counts.get(isoDate(today)) ?? NOTHING,
    days: shown,
    integrations: health.flatMap((one) => {
      const number = numbers.find(({ id }) => id === one.integrationId);
      return number ? [{ ...one, name: number.name, sandbox: number.sandbox }] : [];
    }),
    failures,
    attention: await findAttention(ctx, numbers, health),
  };
}

function isoDate(day: Date): string {
  const pad = (n: number) => String(n).padStart(2, "0");
  return `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}`;
}

/** So many messages are counted in no time; where there are more, a page that follows along must not keep the database counting. */
const FEW = 20_000;
const isMany = (days: Map<string, Counts>) => [...days.values()].reduce((sum, { accepted }) => sum + accepted, 0) > FEW;
/** Days that are over change little. */
const earlierDays = cacheWhenCostly(60, isMany);
const thisDay = cacheWhenCostly(4, isMany);

/** Each day's messages, by the date on the organization's calendar. With many of them, as of a moment ago. */
async function countDays(ctx: Ctx, days: readonly Day[]): Promise<Map<string, Counts>> {
  const of = [ctx.organizationId, ...days.map((day) => day.first)].join(" ");
  const [earlier, later] = await Promise.all([
    earlierDays(of, () => countEach(ctx, days.slice(0, -1))),
    thisDay(of, () => countEach(ctx, days.slice(-1))),
  ]);
  return new Map([...earlier, ...later]);
}

/** A date, and the ids of its messages: ids begin with their time. */
type Day = { date: string; first: string; next: string };

function lastDays(today: TZDate, count: number): Day[] {
  return Array.from({ length: count }, (_, i) => subDays(today, count - 1 - i)).map((day) => ({
    date: isoDate(day),
    first: firstIdAt("msg", day),
    next: firstIdAt("msg", addDays(day, 1)),
  }));
}

/** Day by day and status by status, so that an index alone can count. A failed message has been sent when Meta took it first. */
async function countEach(ctx: Ctx, days: readonly Day[]): Promise<Map<string, Counts>> {
  const rows = await ctx.db.execute<{ date: string; status: MessageStatus; count: number; taken: number }>(sql`
    select d.date, s.status, c.count, c.taken
    from jsonb_to_recordset((${JSON.stringify(days)}::text)::jsonb) as d(date text, first text, next text),
      unnest(${sql.param(MESSAGE_STATUSES)}::text[]) as s(status),
      lateral (
        select count(*)::int as count,
          case when s.status = 'failed' then (
            select count(m.sent_at)::int from messages m
            where m.organization_id = ${ctx.organizationId} and m.status = 'failed' and m.id >= d.first and m.id < d.next) else 0 end as taken
        from messages m where m.organization_id = ${ctx.organizationId} and m.status = s.status and m.id >= d.first and m.id < d.next) c
    where c.count > 0`);
  const counted = new Map<string, Counts>();
  for (const { date, status, count, taken } of rows) {
    const day = counted.get(date) ?? { ...NOTHING };
    counted.set(date, day);
    day.accepted += count;
    if (IS_WAITING.has(status)) day.waiting += count;
    if (status === "failed") day.failed += count;
    if (status === "cancelled") day.cancelled += count;
    if (status === "read") day.read += count;
    if (status === "read" || status === "delivered") day.delivered += count;
    day.sent += status === "read" || status === "delivered" || status === "sent" ? count : taken;
  }
  return counted;
}

const IS_WAITING = new Set<MessageStatus>(["queued", "scheduled", "sending", "unknown"]);

const failuresAtLeisure = cacheWhenCostly<Overview["failures"]>(
  4,
  (failures) => failures.reduce((sum, failure) => sum + failure.count, 0) > FEW,
);

async function countFailures(ctx: Ctx): Promise<Overview["failures"]> {
  const since = subDays(ctx.now, FAILURE_DAYS);
  const rows = await ctx.db
    .select({
      code: sql<number | null>`(${messages.failure} ->> 'code')::int`,
      reason: sql<string>`${messages.failure} ->> 'reason'`,
      count: sql<number>`count(*)::int`,
    })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, ctx.organizationId),
        eq(messages.status, "failed"),
        madeBetween(messages.id, "msg", since, undefined),
        gte(messages.createdAt, since),
      ),
    )
    .groupBy(sql`1`, sql`2`)
    .orderBy(sql`3 desc`)
    .limit(8);
  return rows.map(({ code, reason, count }) => {
    const failure: MessageFailure = { reason, ...(code === null ? {} : { code }) };
    const { meaning, action } = explainFailure(failure, "en");
    return { code, reason, meaning, action, count };
  });
}

type Troubled = { unknown: number; failed: number };
const troubledAtLeisure = cacheWhenCostly<Troubled>(4, ({ unknown, failed }) => unknown + failed > FEW);

/** Messages whose outcome is open, and those that failed within a day. */
async function countTroubled(ctx: Ctx): Promise<Troubled> {
  const yesterday = subDays(ctx.now, 1);
  const [counts] = await ctx.db.execute<Troubled>(sql`
    select
      (select count(*)::int from messages where organization_id = ${ctx.organizationId} and status = 'unknown') as unknown,
      (select count(*)::int from messages where organization_id = ${ctx.organizationId} and status = 'failed'
        and ${madeBetween(sql`id`, "msg", yesterday, undefined)} and created_at > ${yesterday.toISOString()}::timestamptz) as failed`);
  return counts ?? { unknown: 0, failed: 0 };
}

async function readNumbers(ctx: Ctx) {
  return ctx.db
    .select({
      id: integrations.id,
      name: integrations.name,
      sandbox: integrations.sandbox,
      status: integrations.status,
      tokenExpiresAt: integrations.tokenExpiresAt,
      lastWebhookAt: integrations.lastWebhookAt,
      refusedSignatures: integrations.refusedSignatures,
      refusedSince: integrations.refusedSince,
      refusedLastAt: integrations.refusedLastAt,
    })
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), isNull(integrations.deletedAt)))
    .orderBy(integrations.id);
}

type Numbers = Awaited<ReturnType<typeof readNumbers>>;

async function findAttention(
  ctx: Ctx,
  numbers: Numbers,
  health: Awaited<ReturnType<typeof healthOf>>,
): Promise<Overview["attention"]> {
  if (numbers.length === 0) return [{ kind: "no_integration", href: "/integrations/new" }];
  const found: Overview["attention"] = [];
  if ((await waking())?.state === "stalled") found.push({ kind: "nobody_wakes", href: "/messages?status=queued" });
  for (const number of numbers) {
    const href = `/integrations/${number.id}`;
    const one = health.find(({ integrationId }) => integrationId === number.id);
    if (number.status === "paused") found.push({ kind: "integration_paused", name: number.name, href });
    else if (number.status !== "verified") found.push({ kind: "integration_not_verified", name: number.name, href });
    const refusals = openRefusals(number);
    if (refusals) found.push({ kind: "signatures_refused", name: number.name, count: refusals.count, href });
    if (number.tokenExpiresAt && number.tokenExpiresAt.getTime() < ctx.now.getTime() + TOKEN_WARNING_DAYS * 86_400_000) {
      found.push({ kind: "token_expires", name: number.name, href });
    }
    if (one?.allowance.limit && one.allowance.left !== null && one.allowance.left < one.allowance.limit * LOW_ALLOWANCE) {
      found.push({ kind: "allowance_low", name: number.name, count: one.allowance.left, href });
    }
  }
  const [counts, [states], [silence]] = await Promise.all([
    troubledAtLeisure(ctx.organizationId, () => countTroubled(ctx)),
    ctx.db
      .select({
        rejected: countNames("REJECTED"),
        paused: countNames("PAUSED"),
        disabled: countNames("DISABLED"),
      })
      .from(templates)
      // The sandbox's are samples, some of them paused or rejected on purpose: nobody has to see to them.
      .where(and(eq(templates.organizationId, ctx.organizationId), ofRealAccount(templates.businessAccountId))),
    ctx.db.execute<{ silent: number }>(sql`
      select count(*)::int as silent from integrations i
      where i.organization_id = ${ctx.organizationId} and i.deleted_at is null and i.status = 'verified'
        and coalesce(i.last_webhook_at, i.created_at) < now() - make_interval(hours => ${SILENCE_HOURS})
        and exists (select 1 from messages m where m.organization_id = i.organization_id and m.integration_id = i.id
          and m.sent_at between coalesce(i.last_webhook_at, i.created_at) and now() - interval '10 minutes')`),
  ]);
  if (counts.unknown) found.push({ kind: "messages_unknown", count: counts.unknown, href: "/messages?status=unknown" });
  if (counts.failed) found.push({ kind: "messages_failed", count: counts.failed, href: "/messages?status=failed" });
  if (silence?.silent) found.push({ kind: "no_webhooks", count: silence.silent, href: "/integrations" });
  if (states?.paused) found.push({ kind: "template_paused", count: states.paused, href: "/templates?status=PAUSED" });
  if (states?.disabled) found.push({ kind: "template_disabled", count: states.disabled, href: "/templates?status=DISABLED" });
  if (states?.rejected) found.push({ kind: "templates_rejected", count: states.rejected, href: "/templates?status=REJECTED" });
  return found;
}

/** A template in several languages is one to whoever looks after it. */
function countNames(status: string) {
  return sql<number>`count(distinct (${templates.businessAccountId}, ${templates.name})) filter (where ${templates.status} = ${status})::int`;
}
