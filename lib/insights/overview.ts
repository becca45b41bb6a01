import "server-only";
import { TZDate } from "@date-fns/tz";
import { startOfDay, subDays } from "date-fns";
import { and, eq, gte, isNull, sql } from "drizzle-orm";
import { madeBetween } from "@/db/columns";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { organizations } from "@/db/schema/organizations";
import { templates } from "@/db/schema/templates";
import { atLeisure } from "@/lib/at-leisure";
import type { Ctx } from "@/lib/ctx";
import { healthOf } from "@/lib/integrations/health";
import { explainFailure } from "@/lib/messages/failure";
import type { MessageFailure } from "@/lib/messages/schema";
import { DEFAULT_SETTINGS } from "@/lib/organizations/schema";
import type { Overview } from "./schema";

const DAYS = 14;
const FAILURE_DAYS = 7;
const TOKEN_WARNING_DAYS = 14;
/** Meta reports within seconds; a day of sending without any webhook means that they do not reach us. */
const SILENCE_HOURS = 24;
const LOW_ALLOWANCE = 0.1;

type Counts = Overview["today"];
const NOTHING: Counts = { accepted: 0, waiting: 0, sent: 0, delivered: 0, read: 0, failed: 0 };

/** What the first page shows: today and the last two weeks in the organization's days, the numbers' health, and what needs a person. */
export async function getOverview(ctx: Ctx): Promise<Overview> {
  const [organization] = await ctx.db
    .select({ settings: organizations.settings })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  const { timeZone } = organization?.settings ?? DEFAULT_SETTINGS;
  const today = startOfDay(new TZDate(ctx.now, timeZone));
  const [days, failures, numbers] = await Promise.all([
    countDays(ctx, subDays(today, DAYS - 1), today, timeZone),
    failuresAtLeisure(ctx.organizationId, () => countFailures(ctx)),
    readNumbers(ctx),
  ]);
  const health = await healthOf(
    ctx,
    numbers.map((number) => number.id),
  );
  const shown = Array.from({ length: DAYS }, (_, i) => isoDate(subDays(today, DAYS - 1 - i))).map((date) => ({
    date,
    ...(days.get(date) ?? NOTHING),
  }));
  return {
    today: days.get(isoDate(today)) ?? NOTHING,
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
const earlierDays = atLeisure(60, isMany);
const thisDay = atLeisure(4, isMany);

/** Each day's messages from `from` on, by the date on the organization's calendar. With many of them, as of a moment ago. */
async function countDays(ctx: Ctx, from: Date, today: Date, timeZone: string): Promise<Map<string, Counts>> {
  const of = `${ctx.organizationId} ${timeZone} ${isoDate(today)}`;
  const [earlier, later] = await Promise.all([
    earlierDays(of, () => countBetween(ctx, from, today, timeZone)),
    thisDay(of, () => countBetween(ctx, today, undefined, timeZone)),
  ]);
  return new Map([...earlier, ...later]);
}

async function countBetween(ctx: Ctx, from: Date, to: Date | undefined, timeZone: string): Promise<Map<string, Counts>> {
  const time = (at: Date) => new Date(at.getTime()).toISOString();
  const reached = sql`(m.sent_at is not null or m.delivered_at is not null or m.read_at is not null)`;
  const rows = await ctx.db.execute<Counts & { date: string }>(sql`
    select to_char(m.created_at at time zone ${timeZone}, 'YYYY-MM-DD') as date,
      count(*)::int as accepted,
      count(*) filter (where m.status in ('queued', 'scheduled', 'sending', 'unknown'))::int as waiting,
      count(*) filter (where ${reached})::int as sent,
      count(*) filter (where m.delivered_at is not null or m.read_at is not null)::int as delivered,
      count(*) filter (where m.read_at is not null)::int as read,
      count(*) filter (where m.status = 'failed')::int as failed
    from messages m
    where m.organization_id = ${ctx.organizationId} and m.created_at >= ${time(from)}::timestamptz
      and ${to ? sql`m.created_at < ${time(to)}::timestamptz` : sql`true`} and ${madeBetween(sql`m.id`, "msg", from, to)}
    group by 1`);
  return new Map(rows.map(({ date, ...counts }) => [date, counts]));
}

const failuresAtLeisure = atLeisure<Overview["failures"]>(
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

async function readNumbers(ctx: Ctx) {
  return ctx.db
    .select({
      id: integrations.id,
      name: integrations.name,
      sandbox: integrations.sandbox,
      status: integrations.status,
      tokenExpiresAt: integrations.tokenExpiresAt,
      lastWebhookAt: integrations.lastWebhookAt,
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
  for (const number of numbers) {
    const href = `/integrations/${number.id}`;
    const one = health.find(({ integrationId }) => integrationId === number.id);
    if (number.status === "paused") found.push({ kind: "integration_paused", name: number.name, href });
    else if (number.status !== "verified") found.push({ kind: "integration_not_verified", name: number.name, href });
    if (number.tokenExpiresAt && number.tokenExpiresAt.getTime() < ctx.now.getTime() + TOKEN_WARNING_DAYS * 86_400_000) {
      found.push({ kind: "token_expires", name: number.name, href });
    }
    if (one?.allowance.limit && one.allowance.left !== null && one.allowance.left < one.allowance.limit * LOW_ALLOWANCE) {
      found.push({ kind: "allowance_low", name: number.name, count: one.allowance.left, href });
    }
  }
  const yesterday = subDays(ctx.now, 1);
  const [[counts], [states], [silence]] = await Promise.all([
    ctx.db.execute<{ unknown: number; failed: number }>(sql`
      select
        (select count(*)::int from messages where organization_id = ${ctx.organizationId} and status = 'unknown') as unknown,
        (select count(*)::int from messages where organization_id = ${ctx.organizationId} and status = 'failed'
          and ${madeBetween(sql`id`, "msg", yesterday, undefined)} and created_at > ${yesterday.toISOString()}::timestamptz) as failed`),
    ctx.db
      .select({
        rejected: sql<number>`count(*) filter (where ${templates.status} = 'REJECTED')::int`,
        paused: sql<number>`count(*) filter (where ${templates.status} in ('PAUSED', 'DISABLED'))::int`,
      })
      .from(templates)
      .where(eq(templates.organizationId, ctx.organizationId)),
    ctx.db.execute<{ silent: number }>(sql`
      select count(*)::int as silent from integrations i
      where i.organization_id = ${ctx.organizationId} and i.deleted_at is null and i.status = 'verified'
        and coalesce(i.last_webhook_at, i.created_at) < now() - make_interval(hours => ${SILENCE_HOURS})
        and exists (select 1 from messages m where m.organization_id = i.organization_id and m.integration_id = i.id
          and m.sent_at between coalesce(i.last_webhook_at, i.created_at) and now() - interval '10 minutes')`),
  ]);
  if (counts?.unknown) found.push({ kind: "messages_unknown", count: counts.unknown, href: "/messages?status=unknown" });
  if (counts?.failed) found.push({ kind: "messages_failed", count: counts.failed, href: "/messages?status=failed" });
  if (silence?.silent) found.push({ kind: "no_webhooks", count: silence.silent, href: "/integrations" });
  if (states?.paused) found.push({ kind: "template_paused", count: states.paused, href: "/templates?status=PAUSED" });
  if (states?.rejected) found.push({ kind: "templates_rejected", count: states.rejected, href: "/templates?status=REJECTED" });
  return found;
}
