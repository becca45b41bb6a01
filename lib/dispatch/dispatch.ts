import "server-only";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { graphAccess, type IntegrationRow } from "@/lib/integrations/access";
import { ratesOf } from "@/lib/integrations/rate";
import { log } from "@/lib/log";
import { PRIORITY, type TimelineStep } from "@/lib/messages/schema";
import { countCall, countOutcome } from "@/lib/metrics";
import { isTransient, retryTransient } from "@/lib/transient";
import { sendMessage } from "@/lib/whatsapp/graph";
import { type GraphAccess, sharedGraphTransport } from "@/lib/whatsapp/graph-call";
import { GraphError } from "@/lib/whatsapp/graph-error";
import type { Transport } from "@/lib/whatsapp/transport";
import { type Batch, type Ready, takeBatch } from "./batch";
import { breaker } from "./breaker";
import { Completer } from "./completer";
import { endLease, slowDown } from "./lease";
import { judgeFailure, type Outcome } from "./outcome";
import { monotonicMs } from "./rate-limiter";
import { type Call, type Departed, HELD_UP, senderFor } from "./sender";

/** A batch covers this much sending time; more where taking it takes long. */
const BATCH_MS = { least: 200, most: 1_000 };
const LARGEST_BATCH = 1_000;
/** So much of it is committed as `sending` at a time, right before it leaves: a crash leaves no more than two such chunks in doubt. */
const CHUNK_MS = 50;
const LEAST_IN_A_CHUNK = 5;
/** What taking a batch is expected to take before one was taken: the first of a process take long, and the next must not be late. */
const UNKNOWN_TAKE_MS = 300;
/** A call that has not left so long after its commit is not made: a process that was held up may lose its number to another one. */
const LATEST_CALL_MS = 3_000;
/** What the lease's lease must still last at a commit, so that it holds when the call leaves. */
const LEASE_LEFT_MS = LATEST_CALL_MS + 1_000;
/** A message that is being sent for longer than this was left behind by a process that died: Graph's time-out of 20 s is over. */
const SENDING_LEASE_MS = LATEST_CALL_MS + 42_000;
/** Calls that may be under way at once, in seconds of the rate: Meta's answers take up to this long before the pace suffers. */
const IN_FLIGHT_SECONDS = 2;
const LEAST_IN_FLIGHT = 200;
/** How long the consequences of a refusal are tried to be written while the database is away. */
const JUDGE_PATIENCE_MS = 15_000;

export type DispatchResult = {
  /** Messages for which Meta was called. */
  called: number;
  /** When there will be something to do again; null when nothing waits. */
  nextDueAt: Date | null;
  /** True when another process has the number: it will send, unless it is just leaving. */
  taken: boolean;
};

type Options = {
  owner: string;
  /** After so long the run ends with work left; without it, when nothing is due. */
  maxMs?: number;
  signal?: AbortSignal;
  /** Takes the calls that are still under way when the run ends, so that one that hangs keeps nobody waiting. Never rejects. */
  background?: (ending: Promise<void>) => void;
};

/**
 * Sends what is due for one number, at its pace and in order of priority, until nothing is due, `maxMs` are over or `signal`
 * is given; calls under way are always finished and written down. One dispatcher a number at a time, in all processes: the
 * others return at once. A message is committed as `sending` right before its call, and called only by who committed it.
 */
export async function dispatchIntegration(
  db: Db,
  where: { id: string; organizationId: string },
  options: Options,
): Promise<DispatchResult> {
  const ctx = systemCtx(db, where.organizationId, "dispatch");
  const underWay = new Set<Promise<void>>();
  const outcomes = new Completer(ctx, where.id);
  const departures: Departures = { last: Promise.resolve(null), taken: new Set() };
  let result: DispatchResult;
  try {
    result = await sendDue(ctx, where.id, options, underWay, outcomes, departures);
  } finally {
    const departed = await departures.last.catch(() => null);
    // Another process may send already while the last answers come in.
    const left = endLease(db, where, options.owner, departed?.freeInMs ?? 0).catch((error: unknown) =>
      log.warn({ err: error }, "A number could not be handed on; its lease will end"),
    );
    const isOver = underWay.size === 0 && outcomes.isIdle;
    const ending = Promise.all(underWay)
      .then(() => outcomes.done())
      .then(() => left);
    if (options.background && !isOver) options.background(ending);
    else await ending;
  }
  // What the last answers sent back into the queue is due some time, too.
  if (options.background || result.taken || result.nextDueAt || options.signal?.aborted) return result;
  return { ...result, nextDueAt: (await sendingIntegration(ctx, where.id)) ? await nextDue(ctx, where.id) : null };
}

async function sendDue(
  base: Ctx,
  id: string,
  options: Options,
  underWay: Set<Promise<void>>,
  outcomes: Completer,
  departures: Departures,
): Promise<DispatchResult> {
  const endsAt = performance.now() + (options.maxMs ?? Number.POSITIVE_INFINITY);
  let called = 0;
  let takeMs = UNKNOWN_TAKE_MS;
  for (let turn = 1; !options.signal?.aborted; turn++) {
    // Time is up with work left: the next run goes on at once.
    if (performance.now() >= endsAt) return { called, nextDueAt: new Date(), taken: false };
    if (breaker.state(id).isTrying) {
      // A try must be answered before the next one.
      await departures.last;
      await Promise.all(underWay);
    }
    const { restMs, isTrying } = breaker.state(id);
    if (restMs > 0) return { called, nextDueAt: new Date(Date.now() + restMs), taken: false };
    const ctx = systemCtx(base.db, base.organizationId, base.actor.id);
    const integration = await sendingIntegration(ctx, id);
    if (!integration) break;
    // Before anything is taken: what cannot be called at all must not end as unknown.
    const access = graphAccess(ctx, integration);
    const takenAt = performance.now();
    const batch = await takeBatch(ctx, integration, {
      owner: options.owner,
      turn,
      batchMs: Math.min(BATCH_MS.most, Math.max(BATCH_MS.least, 3 * takeMs)),
      most: isTrying ? 1 : LARGEST_BATCH,
      except: [...departures.taken],
    });
    takeMs = Math.max(performance.now() - takenAt, turn === 1 ? 0 : takeMs * 0.7);
    if (!batch) return { called, nextDueAt: null, taken: true };
    if (batch.seen === 0) {
      // What is due may be what is just leaving.
      await departures.last;
      const nextDueAt = await nextDue(ctx, id);
      if (!nextDueAt || nextDueAt.getTime() > Date.now() + BATCH_MS.least) return { called, nextDueAt, taken: false };
      await pause(Math.max(1, nextDueAt.getTime() - Date.now()));
      continue;
    }
    for (const { row } of batch.ready) departures.taken.add(row.id);
    const earlier = departures.last;
    departures.last = earlier.then(
      async (before) => (await depart(ctx, access, integration, batch, options, { underWay, outcomes, departures })) ?? before,
    );
    // Whoever waits for it hears of a failure; nobody may wait for it just now.
    departures.last.catch(() => undefined);
    called += batch.ready.length;
    await earlier;
    // The next batch must be taken before this one's last message has left.
    await pause((batch.ready.at(-1)?.slot ?? 0) - monotonicMs() - Math.max(BATCH_MS.least, 2 * takeMs));
    while (underWay.size > Math.max(LEAST_IN_FLIGHT, ratesOf(integration).effective * IN_FLIGHT_SECONDS))
      await new Promise<void>((resolve) => {
        departures.onEnd = resolve;
      });
  }
  return { called, nextDueAt: null, taken: false };
}

/** The departure of the last batch taken, and the messages that are taken and not yet committed as `sending`. */
type Departures = { last: Promise<Departed | null>; taken: Set<string>; onEnd?: () => void };
type Run = { underWay: Set<Promise<void>>; outcomes: Completer; departures: Departures };

/** Lets a batch leave chunk by chunk: each is committed as `sending` shortly before its first slot, while the one before it leaves. */
async function depart(
  base: Ctx,
  access: GraphAccess,
  integration: IntegrationRow,
  batch: Batch,
  { owner, signal }: Options,
  { underWay, outcomes, departures }: Run,
): Promise<Departed | null> {
  const sender = senderFor(access.transport, sharedGraphTransport);
  const size = Math.max(LEAST_IN_A_CHUNK, Math.round((batch.perSecond * CHUNK_MS) / 1000));
  let before: Promise<Departed | null> = Promise.resolve(null);
  let leaving = before;
  for (let from = 0; from < batch.ready.length; from += size) {
    const chunk = batch.ready.slice(from, from + size);
    await before;
    await pause((chunk[0]?.slot ?? 0) - monotonicMs() - CHUNK_MS);
    const committedAt = monotonicMs();
    // Nothing was promised for what is only taken: it waits for the next dispatcher.
    const sending =
      signal?.aborted || breaker.state(integration.id).restMs > 0
        ? new Set()
        : await commitSafely(systemCtx(base.db, base.organizationId, base.actor.id), integration, owner, chunk);
    const calls: Call[] = [];
    for (const ready of chunk) {
      departures.taken.delete(ready.row.id);
      if (!sending.has(ready.row.id)) continue;
      const send = sendOne(base, access, integration, ready, calls).then((outcome) => {
        outcomes.add({ outcome, contactId: ready.row.contactId });
        countOutcome(integration.id, outcome);
        underWay.delete(send);
        departures.onEnd?.();
      });
      underWay.add(send);
    }
    before = leaving;
    leaving = sender.send({ number: integration.id, perSecond: batch.perSecond, until: committedAt + LATEST_CALL_MS, calls });
  }
  return leaving;
}

/** A commit that nobody confirmed may have been made. None of its messages was called, so they wait again. */
async function commitSafely(ctx: Ctx, integration: IntegrationRow, owner: string, chunk: readonly Ready[]): Promise<Set<string>> {
  const claimId = newId("clm");
  try {
    return await commitSending(ctx, integration, owner, claimId, chunk);
  } catch (error) {
    if (isTransient(error)) await retryTransient(JUDGE_PATIENCE_MS, () => giveBack({ ...ctx, now: new Date() }, claimId));
    throw error;
  }
}

/**
 * Commits messages as `sending`: those that still wait, while the number still sends and this dispatcher still has it. Answers
 * which; only these may be called.
 */
async function commitSending(
  ctx: Ctx,
  integration: IntegrationRow,
  owner: string,
  claimId: string,
  chunk: readonly Ready[],
): Promise<Set<string>> {
  const step: TimelineStep[] = [{ step: "sending", at: ctx.now.toISOString(), source: "dispatch" }];
  const leaseUntil = new Date(ctx.now.getTime() + SENDING_LEASE_MS).toISOString();
  const ids = chunk.map(({ row }) => row.id);
  const outside = chunk.filter(({ isOutside }) => isOutside).map(({ row }) => row.id);
  // The integration is held first, as its removal does: who locks messages first could wait for that in a circle.
  const rows = await ctx.db.execute<{ id: string }>(sql`
    with held as materialized (
      select i.id from integrations i join lanes l on l.integration_id = i.id
      where i.organization_id = ${ctx.organizationId} and i.id = ${integration.id} and i.status = 'verified' and i.deleted_at is null
        and l.owner = ${owner} and l.lease_until > now() + ${`${LEASE_LEFT_MS} milliseconds`}::interval
      for key share of i)
    update messages m set status = 'sending', attempts = m.attempts + 1, outside_window = m.id = any(${sql.param(outside)}::text[]),
      lease_owner = ${claimId}, lease_until = ${leaseUntil}::timestamptz, timeline = m.timeline || (${JSON.stringify(step)}::text)::jsonb
    where (select count(*) from held) = 1 and m.organization_id = ${ctx.organizationId}
      and m.id = any(${sql.param(ids)}::text[]) and m.status in ('queued', 'scheduled')
    returning m.id`);
  return new Set(rows.map((row) => row.id));
}

async function sendingIntegration(ctx: Ctx, id: string): Promise<IntegrationRow | null> {
  const [row] = await ctx.db
    .select()
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        eq(integrations.id, id),
        eq(integrations.status, "verified"),
        isNull(integrations.deletedAt),
      ),
    );
  return row ?? null;
}

/** Asked for each priority by itself: of many that wait, only the first of each is read. */
async function nextDue(ctx: Ctx, integrationId: string): Promise<Date | null> {
  const [row] = await ctx.db.select({ at: sql<Date | null>`min(first.due_at)`.mapWith(messages.dueAt) }).from(
    sql`unnest(${sql.param(Object.values(PRIORITY))}::smallint[]) as p(priority), lateral (
        select m.due_at from messages m
        where m.organization_id = ${ctx.organizationId} and m.integration_id = ${integrationId} and m.priority = p.priority
          and m.status in ('queued', 'scheduled')
        order by m.due_at limit 1) first`,
  );
  return row?.at ?? null;
}

async function giveBack(ctx: Ctx, claimId: string): Promise<void> {
  const step: TimelineStep[] = [
    { step: "retrying", at: ctx.now.toISOString(), source: "dispatch", detail: "The database was away before Meta was called" },
  ];
  await ctx.db
    .update(messages)
    .set({
      status: "queued",
      attempts: sql`${messages.attempts} - 1`,
      leaseOwner: null,
      leaseUntil: null,
      timeline: sql`${messages.timeline} || (${JSON.stringify(step)}::text)::jsonb`,
    })
    .where(
      and(eq(messages.organizationId, ctx.organizationId), eq(messages.status, "sending"), eq(messages.leaseOwner, claimId)),
    );
}

/** Adds the call to the batch's. Never throws: what became of it, or that nobody can say. */
async function sendOne(
  base: Ctx,
  access: GraphAccess,
  integration: IntegrationRow,
  { row, payload, slot }: Ready,
  calls: Call[],
): Promise<Outcome> {
  let took = 0;
  const transport: Transport = (request) =>
    new Promise((resolve, reject) => {
      const settle =
        <T>(finish: (result: T) => void) =>
        (result: T, tookMs: number) => {
          took = tookMs;
          finish(result);
        };
      calls.push({ slot, request, onAnswer: settle(resolve), onError: settle(reject) });
    });
  try {
    const receipt = await sendMessage({ ...access, transport }, integration.phoneNumberId, payload);
    countCall("accepted", took);
    breaker.answered(integration.id);
    return { id: row.id, kind: "accepted", wamid: receipt.messageId, at: new Date() };
  } catch (error) {
    countCall("refused", took);
    if (!(error instanceof GraphError)) {
      log.error({ err: error, messageId: row.id }, "A send ended in an unexpected way");
      return { id: row.id, kind: "unknown", detail: "Unexpected error" };
    }
    if (error.proof === "refused") breaker.answered(integration.id);
    else if (error.details !== HELD_UP) breaker.unanswered(integration.id);
    return judge(base, integration, row, error);
  }
}

async function judge(base: Ctx, integration: IntegrationRow, row: Ready["row"], error: GraphError): Promise<Outcome> {
  try {
    return await retryTransient(JUDGE_PATIENCE_MS, async () => {
      const ctx = { ...base, now: new Date() };
      if (error.kind === "slow_down") await slowDown(ctx, integration.id);
      return judgeFailure(ctx, integration, row, error);
    });
  } catch (problem) {
    log.error({ err: problem, messageId: row.id, code: error.code }, "The consequences of a refusal could not be drawn");
    return { id: row.id, kind: "unknown", detail: "The refusal could not be written down" };
  }
}

function pause(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}
