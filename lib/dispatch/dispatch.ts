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
import { transition } from "@/lib/messages/transitions";
import { countCall, countOutcome } from "@/lib/metrics";
import { noteStep } from "@/lib/telemetry";
import { isTransient, retryTransient } from "@/lib/transient";
import { readReceipt, type SendReceipt } from "@/lib/whatsapp/graph";
import { type GraphAccess, sharedGraphTransport } from "@/lib/whatsapp/graph-call";
import { GraphError, transportFailure } from "@/lib/whatsapp/graph-error";
import type { GraphResponse, TransportError } from "@/lib/whatsapp/transport";
import { askAgain } from "./ask-again";
import { type Batch, type Ready, takeBatch } from "./batch";
import { breaker } from "./breaker";
import { Completer } from "./completer";
import { endLease, noteUnreachable, slowDown } from "./lease";
import { acceptedBy, judgeFailure, type Outcome } from "./outcome";
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

/** One run of a dispatcher: what it has taken, and which calls are under way. */
type Run = {
  db: Db;
  organizationId: string;
  integrationId: string;
  owner: string;
  signal?: AbortSignal;
  completer: Completer;
  /** Messages that are taken and not yet committed as `sending`. */
  taken: Set<string>;
  /** Calls that are committed and not yet handed to the completer. */
  underWay: Set<Promise<void>>;
  onEnd?: () => void;
  /** The departure of the last batch taken. */
  departure: Promise<Departed | null>;
};
/** The number as it was when the batch was taken, and the way to Meta for it. */
type Link = { integration: IntegrationRow; access: GraphAccess };

const ctxOf = (run: Run): Ctx => systemCtx(run.db, run.organizationId, "dispatch");

/**
 * The dispatcher: sends what is due for one number, at its pace and in order of priority, until nothing is due, `maxMs` are over
 * or `signal` is given; calls under way are always finished and written down. One dispatcher a number at a time, in all processes:
 * the others return at once.
 *
 * Every message passes these stages, forwards only:
 *
 * | stage    | where                     | in flight at most               | a crash in it leaves                                  |
 * | -------- | ------------------------- | ------------------------------- | ----------------------------------------------------- |
 * | take     | `takeBatch`               | this batch and the one leaving  | `queued`, as before: nothing was promised             |
 * | commit   | `commit`                  | two chunks of 50 ms             | `sending` with a lease; `unknown` when that is over   |
 * | send     | `Sender`, by its own pace | two seconds of the number's rate | the same: nobody can say whether Meta has it         |
 * | read     | `readAnswer`, `judge`     | what was answered just now      | the same; a webhook of Meta settles it                |
 * | complete | `Completer`               | answers of 50 ms, for 20 s      | the same; a webhook of Meta settles it                |
 */
export async function dispatchIntegration(
  db: Db,
  where: { id: string; organizationId: string },
  options: Options,
): Promise<DispatchResult> {
  const run: Run = {
    db,
    organizationId: where.organizationId,
    integrationId: where.id,
    owner: options.owner,
    ...(options.signal ? { signal: options.signal } : {}),
    completer: new Completer(systemCtx(db, where.organizationId, "dispatch"), where.id),
    taken: new Set(),
    underWay: new Set(),
    departure: Promise.resolve(null),
  };
  let result: DispatchResult;
  try {
    await askAgain(db, new Date(), where.organizationId);
    result = await sendDue(run, options.maxMs ?? Number.POSITIVE_INFINITY);
  } finally {
    const departed = await run.departure.catch(() => null);
    // Another process may send already while the last answers come in.
    const left = endLease(db, where, options.owner, departed?.freeInMs ?? 0).catch((error: unknown) =>
      log.warn({ err: error }, "A number could not be handed on; its lease will end"),
    );
    const isOver = run.underWay.size === 0 && run.completer.isIdle;
    const ending = Promise.all(run.underWay)
      .then(() => run.completer.done())
      .then(() => left);
    if (options.background && !isOver) options.background(ending);
    else await ending;
  }
  // What the last answers sent back into the queue is due some time, too.
  if (options.background || result.taken || result.nextDueAt || options.signal?.aborted) return result;
  const ctx = ctxOf(run);
  return { ...result, nextDueAt: (await sendingIntegration(ctx, where.id)) ? await nextDue(ctx, where.id) : null };
}

async function sendDue(run: Run, maxMs: number): Promise<DispatchResult> {
  const id = run.integrationId;
  const endsAt = performance.now() + maxMs;
  let called = 0;
  let takeMs = UNKNOWN_TAKE_MS;
  for (let turn = 1; !run.signal?.aborted; turn++) {
    // Time is up with work left: the next run goes on at once.
    if (performance.now() >= endsAt) return { called, nextDueAt: new Date(), taken: false };
    if (breaker.state(id).isTrying) {
      // A try must be answered before the next one.
      await run.departure;
      await Promise.all(run.underWay);
    }
    const { restMs, isTrying } = breaker.state(id);
    const ctx = ctxOf(run);
    if (restMs > 0) {
      await noteUnreachable(ctx, id, restMs);
      return { called, nextDueAt: new Date(ctx.now.getTime() + restMs), taken: false };
    }
    const integration = await sendingIntegration(ctx, id);
    if (!integration) break;
    // Before anything is taken: what cannot be called at all must not end as unknown.
    const link: Link = { integration, access: graphAccess(ctx, integration) };
    const takenAt = performance.now();
    const batch = await takeBatch(ctx, link, {
      owner: run.owner,
      turn,
      batchMs: Math.min(BATCH_MS.most, Math.max(BATCH_MS.least, 3 * takeMs)),
      most: isTrying ? 1 : LARGEST_BATCH,
      except: [...run.taken],
    });
    takeMs = Math.max(performance.now() - takenAt, turn === 1 ? 0 : takeMs * 0.7);
    if (!batch) return { called, nextDueAt: null, taken: true };
    if (batch.seen === 0) {
      // What is due may be what is just leaving.
      await run.departure;
      const nextDueAt = await nextDue(ctx, id);
      if (!nextDueAt || nextDueAt.getTime() > Date.now() + BATCH_MS.least) return { called, nextDueAt, taken: false };
      await pause(Math.max(1, nextDueAt.getTime() - Date.now()));
      continue;
    }
    for (const { row } of batch.ready) run.taken.add(row.id);
    const earlier = run.departure;
    run.departure = earlier.then(async (before) => (await sendBatch(run, link, batch)) ?? before);
    // Whoever waits for it hears of a failure; nobody may wait for it just now.
    run.departure.catch(() => undefined);
    called += batch.ready.length;
    await earlier;
    // The next batch must be taken before this one's last message has left.
    await pause((batch.ready.at(-1)?.slot ?? 0) - monotonicMs() - Math.max(BATCH_MS.least, 2 * takeMs));
    while (run.underWay.size > Math.max(LEAST_IN_FLIGHT, ratesOf(integration).effective * IN_FLIGHT_SECONDS))
      await new Promise<void>((resolve) => {
        run.onEnd = resolve;
      });
  }
  return { called, nextDueAt: null, taken: false };
}

/** Lets a batch leave chunk by chunk: each is committed as `sending` shortly before its first slot, while the one before it leaves. */
async function sendBatch(run: Run, link: Link, batch: Batch): Promise<Departed | null> {
  const { id } = link.integration;
  const sender = senderFor(link.access.transport, sharedGraphTransport);
  const size = Math.max(LEAST_IN_A_CHUNK, Math.round((batch.perSecond * CHUNK_MS) / 1000));
  let before: Promise<Departed | null> = Promise.resolve(null);
  let leaving = before;
  for (let from = 0; from < batch.ready.length; from += size) {
    const chunk = batch.ready.slice(from, from + size);
    await before;
    await pause((chunk[0]?.slot ?? 0) - monotonicMs() - CHUNK_MS);
    const committedAt = monotonicMs();
    // Nothing was promised for what is only taken: it waits for the next dispatcher.
    const isOver = run.signal?.aborted || breaker.state(id).restMs > 0;
    const committed = isOver ? new Set() : await commitSafely(run, link, chunk);
    for (const { row } of chunk) run.taken.delete(row.id);
    const calls = chunk.filter(({ row }) => committed.has(row.id)).map((ready) => callOf(run, link, ready));
    before = leaving;
    leaving = sender.send({ number: id, perSecond: batch.perSecond, until: committedAt + LATEST_CALL_MS, calls });
  }
  return leaving;
}

/** A commit that nobody confirmed may have been made. None of its messages was called, so they wait again. */
async function commitSafely(run: Run, link: Link, chunk: readonly Ready[]): Promise<Set<string>> {
  const claimId = newId("clm");
  try {
    return await commit(run, link, claimId, chunk);
  } catch (error) {
    if (isTransient(error)) await retryTransient(JUDGE_PATIENCE_MS, () => giveBack(ctxOf(run), claimId, chunk));
    throw error;
  }
}

/**
 * Commits messages as `sending`: those that still wait, while the number still sends and this dispatcher still has it. Answers
 * which; only these may be called.
 */
async function commit(run: Run, { integration }: Link, claimId: string, chunk: readonly Ready[]): Promise<Set<string>> {
  const ctx = ctxOf(run);
  const step: TimelineStep[] = [{ step: "sending", at: ctx.now.toISOString(), source: "dispatch" }];
  const leaseUntil = new Date(ctx.now.getTime() + SENDING_LEASE_MS);
  // The integration is held first, as its removal does: who locks messages first could wait for that in a circle.
  const given = sql`held as materialized (
      select i.id from integrations i join lanes l on l.integration_id = i.id
      where i.organization_id = ${ctx.organizationId} and i.id = ${integration.id} and i.status = 'verified' and i.deleted_at is null
        and l.owner = ${run.owner} and l.lease_until > now() + ${`${LEASE_LEFT_MS} milliseconds`}::interval
      for key share of i)`;
  const moved = chunk.map(({ row, isOutside }) => ({
    id: row.id,
    step,
    attempts: row.attempts,
    outside_window: isOutside,
    lease_owner: claimId,
    lease_until: leaseUntil,
  }));
  return new Set(await transition(ctx, "leave", moved, { given, only: sql`(select count(*) from held) = 1` }));
}

async function giveBack(ctx: Ctx, claimId: string, chunk: readonly Ready[]): Promise<void> {
  const step: TimelineStep[] = [
    { step: "retrying", at: ctx.now.toISOString(), source: "dispatch", detail: "The database was away before Meta was called" },
  ];
  const moved = chunk.map(({ row }) => ({ id: row.id, step, attempts: row.attempts - 1 }));
  await transition(ctx, "giveBack", moved, { only: sql`m.lease_owner = ${claimId}` });
}

/** The call of a committed message. Whatever comes back is read, judged and handed to the completer; the run waits for that at its end. */
function callOf(run: Run, link: Link, { row, request, slot }: Ready): Call {
  let resolve: (answered: Answered) => void = () => undefined;
  const completed = new Promise<Answered>((answer) => {
    resolve = answer;
  })
    .then((answered) => outcomeOf(run, link, row, answered))
    .then((outcome) => {
      run.completer.add({ outcome, contactId: row.contactId, phone: row.recipient });
      countOutcome(link.integration.id, outcome);
      run.underWay.delete(completed);
      run.onEnd?.();
    });
  run.underWay.add(completed);
  return {
    slot,
    request,
    onAnswer: (response, tookMs) => resolve({ response, tookMs }),
    onError: (error, tookMs) => resolve({ error, tookMs }),
  };
}

type Answered = { tookMs: number } & ({ response: GraphResponse } | { error: TransportError });

/** What became of a call, or that nobody can say. Never throws. */
async function outcomeOf(run: Run, link: Link, row: Ready["row"], answered: Answered): Promise<Outcome> {
  const { id } = link.integration;
  const read = readAnswer(link.access, answered);
  countCall("receipt" in read ? "accepted" : "refused", answered.tookMs);
  noteStep({
    messageId: row.id,
    name: "graph.send",
    from: new Date(Date.now() - answered.tookMs),
    attributes: { "integration.id": id, "message.attempt": row.attempts },
    hasFailed: !("receipt" in read),
  });
  if ("receipt" in read) {
    breaker.answered(id);
    return acceptedBy(row.id, read.receipt, new Date());
  }
  if (!("refusal" in read)) {
    log.error({ err: read.problem, messageId: row.id }, "A send ended in an unexpected way");
    return { id: row.id, kind: "unknown", detail: "Unexpected error" };
  }
  if (read.refusal.proof === "refused") breaker.answered(id);
  else if (read.refusal.details !== HELD_UP) breaker.unanswered(id);
  return judge(run, link.integration, row, read.refusal);
}

/** Pure: what Meta's answer says, or that there was none. */
function readAnswer(
  access: GraphAccess,
  answered: Answered,
): { receipt: SendReceipt } | { refusal: GraphError } | { problem: unknown } {
  if ("error" in answered) return { refusal: transportFailure(answered.error) };
  try {
    return { receipt: readReceipt(access, answered.response) };
  } catch (error) {
    return error instanceof GraphError ? { refusal: error } : { problem: error };
  }
}

async function judge(run: Run, integration: IntegrationRow, row: Ready["row"], error: GraphError): Promise<Outcome> {
  try {
    return await retryTransient(JUDGE_PATIENCE_MS, async () => {
      const ctx = ctxOf(run);
      if (error.kind === "slow_down") await slowDown(ctx, integration.id);
      return judgeFailure(ctx, integration, row, error);
    });
  } catch (problem) {
    log.error({ err: problem, messageId: row.id, code: error.code }, "The consequences of a refusal could not be drawn");
    return { id: row.id, kind: "unknown", detail: "The refusal could not be written down" };
  }
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

function pause(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}
