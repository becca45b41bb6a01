import "server-only";
import { and, asc, eq, inArray, isNull, lte, min, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations, lanes } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { graphAccess, type IntegrationRow } from "@/lib/integrations/access";
import { log } from "@/lib/log";
import { GraphError, sendMessage } from "@/lib/whatsapp/graph";
import { type MessagePayload, templatePayload, textPayload } from "@/lib/whatsapp/payloads";
import { lookAgain } from "./gate";
import { judgeFailure, type Outcome, writeOutcomes } from "./outcome";
import { forgetHolds, takeTurns } from "./pairs";
import { type Lane, leaveLane, rateFactor, setRate, slots, slowDown, takeLane } from "./pacing";
import { PRIORITY, type TimelineStep } from "./schema";
import { applyEarlyStatuses } from "./statuses";

/** A claim covers this much sending time: short, so that a crash leaves few messages in doubt. */
const SLICE_MS = 200;
const LARGEST_SLICE = 200;
/** A message that is being sent for longer than this was left behind by a process that died: Graph's time-out is 20 s. */
const SENDING_LEASE_MS = 45_000;
/** Calls that may be under way at once, in seconds of the rate: Meta's answers take up to this long before the pace suffers. */
const IN_FLIGHT_SECONDS = 2;

type MessageRow = typeof messages.$inferSelect;
type Ready = { row: MessageRow; payload: MessagePayload; slotMs: number };
type Slice = { lane: Lane; ready: Ready[]; claimed: number };

export type DispatchResult = {
  /** Messages for which Meta was called. */
  called: number;
  /** When there will be something to do again; null when nothing waits. */
  nextDueAt: Date | null;
  /** True when another process has the number: it will send, unless it is just leaving. */
  taken: boolean;
};

/**
 * Sends what is due for one number, at its pace and in order of priority, until nothing is due, `maxMs` is over or `signal`
 * is given; calls under way are always finished and written down. One dispatcher a number at a time, in all processes: the
 * others return at once. A message is committed as `sending` before its call, and called only by the process that claimed it.
 */
export async function dispatchIntegration(
  db: Db,
  where: { id: string; organizationId: string },
  options: { owner: string; maxMs: number; signal?: AbortSignal },
): Promise<DispatchResult> {
  const endsAt = Date.now() + options.maxMs;
  const underWay = new Set<Promise<void>>();
  let inFlight = 0;
  let called = 0;
  let nextDueAt: Date | null = null;
  let taken = false;
  try {
    while (Date.now() < endsAt && !options.signal?.aborted) {
      const ctx = systemCtx(db, where.organizationId, "dispatch");
      const integration = await sendingIntegration(ctx, where.id);
      if (!integration) break;
      const slice = await claimSlice(ctx, integration, options.owner);
      if (!slice) {
        taken = true;
        break;
      }
      if (slice.claimed === 0) {
        nextDueAt = await nextDue(ctx, where.id);
        if (!nextDueAt || nextDueAt.getTime() > Date.now() + SLICE_MS) break;
        await pause(Math.max(1, nextDueAt.getTime() - Date.now()));
        continue;
      }
      const send = sendSlice(ctx, integration, slice).finally(() => {
        underWay.delete(send);
        inFlight -= slice.ready.length;
      });
      underWay.add(send);
      inFlight += slice.ready.length;
      called += slice.ready.length;
      const last = slice.ready.at(-1)?.slotMs ?? 0;
      await pause(last - Date.now() - SLICE_MS / 2);
      while (inFlight > Math.max(LARGEST_SLICE, setRate(integration) * IN_FLIGHT_SECONDS)) await Promise.race(underWay);
    }
  } finally {
    await Promise.all(underWay);
    await leaveLane(db, where.id, options.owner);
  }
  return { called, nextDueAt, taken };
}

async function sendingIntegration(ctx: Ctx, id: string): Promise<IntegrationRow | null> {
  const [row] = await ctx.db
    .select()
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), eq(integrations.id, id), eq(integrations.status, "verified"), isNull(integrations.deletedAt)));
  return row ?? null;
}

async function nextDue(ctx: Ctx, integrationId: string): Promise<Date | null> {
  const [row] = await ctx.db
    .select({ at: min(messages.dueAt) })
    .from(messages)
    .where(and(eq(messages.integrationId, integrationId), inArray(messages.status, ["queued", "scheduled"])));
  return row?.at ?? null;
}

/**
 * In one transaction: keeps the lane, locks what is due, asks the gate again, and commits as `sending` what may go, each with
 * its slot. Null when another process has the lane.
 */
async function claimSlice(base: Ctx, integration: IntegrationRow, owner: string): Promise<Slice | null> {
  return base.db.transaction(async (tx) => {
    const ctx = { ...base, db: tx, now: new Date() };
    const lane = await takeLane(tx, integration, owner);
    if (!lane) return null;
    const perSecond = Math.max(0.5, setRate(integration) * rateFactor(lane, ctx.now));
    const size = Math.min(LARGEST_SLICE, Math.max(1, Math.round((perSecond * SLICE_MS) / 1000)));
    const rows = await lockDue(ctx, integration.id, size);
    if (rows.length === 0) return { lane, ready: [], claimed: 0 };

    const looks = await lookAgain(ctx, integration, rows);
    const waits = await takeTurns(ctx, integration.id, rows.filter((row) => looks.get(row.id)?.verdict === "go"));
    const refused: Outcome[] = [];
    const later: { id: string; due: string; status: string; step: TimelineStep[] }[] = [];
    const go: { row: MessageRow; payload: MessagePayload }[] = [];
    const at = ctx.now.toISOString();
    for (const row of rows) {
      const look = looks.get(row.id);
      const wait = waits.get(row.id);
      if (look?.verdict === "refuse") refused.push({ id: row.id, kind: "failed", failure: { reason: look.reason.code, title: look.reason.message } });
      else if (look?.verdict === "later") {
        later.push({ id: row.id, due: look.at.toISOString(), status: "scheduled", step: [{ step: "scheduled", at, source: "gate", detail: look.at.toISOString() }] });
      } else if (wait) later.push({ id: row.id, due: wait.toISOString(), status: row.status, step: [] });
      else if (look?.verdict === "go") {
        try {
          go.push({ row, payload: payloadOf(row, look.template) });
        } catch (error) {
          refused.push({ id: row.id, kind: "failed", failure: { reason: "template_params_mismatch", title: error instanceof Error ? error.message : "" } });
        }
      }
    }
    await writeOutcomes(ctx, integration.id, refused);
    await postpone(ctx, later);
    if (go.length === 0) return { lane, ready: [], claimed: rows.length };

    const paced = slots(lane.paidUntil, ctx.now, perSecond, go.length);
    await tx.update(lanes).set({ paidUntil: paced.paidUntil }).where(eq(lanes.integrationId, integration.id));
    const step: TimelineStep[] = [{ step: "sending", at, source: "dispatch" }];
    await tx
      .update(messages)
      .set({
        status: "sending",
        attempts: sql`${messages.attempts} + 1`,
        leaseOwner: owner,
        leaseUntil: new Date(paced.paidUntil.getTime() + SENDING_LEASE_MS),
        timeline: sql`${messages.timeline} || (${JSON.stringify(step)}::text)::jsonb`,
      })
      .where(inArray(messages.id, go.map(({ row }) => row.id)));
    return {
      lane,
      claimed: rows.length,
      ready: go.map(({ row, payload }, i) => ({ row: { ...row, attempts: row.attempts + 1 }, payload, slotMs: paced.at[i] ?? 0 })),
    };
  });
}

/** Replies before transactional messages before bulk, within each the oldest due first. */
async function lockDue(ctx: Ctx, integrationId: string, limit: number): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  for (const priority of Object.values(PRIORITY)) {
    if (rows.length >= limit) break;
    rows.push(
      ...(await ctx.db
        .select()
        .from(messages)
        .where(
          and(
            eq(messages.integrationId, integrationId),
            eq(messages.priority, priority),
            inArray(messages.status, ["queued", "scheduled"]),
            lte(messages.dueAt, ctx.now),
          ),
        )
        .orderBy(asc(messages.dueAt), asc(messages.id))
        .limit(limit - rows.length)
        .for("update", { skipLocked: true })),
    );
  }
  return rows;
}

async function postpone(ctx: Ctx, later: { id: string; due: string; status: string; step: TimelineStep[] }[]): Promise<void> {
  if (later.length === 0) return;
  await ctx.db.execute(sql`
    update messages m set status = u.status, due_at = u.due,
      scheduled_for = case when u.status = 'scheduled' then u.due else m.scheduled_for end, timeline = m.timeline || u.step
    from jsonb_to_recordset((${JSON.stringify(later)}::text)::jsonb) as u(id text, due timestamptz, status text, step jsonb)
    where m.id = u.id and m.organization_id = ${ctx.organizationId}`);
}

function payloadOf(row: MessageRow, template: Parameters<typeof templatePayload>[0]["template"] | null): MessagePayload {
  const address = { to: row.recipient, callbackData: row.id };
  return template ? templatePayload({ ...address, template, params: row.templateParams }) : textPayload({ ...address, body: row.text });
}

async function sendSlice(base: Ctx, integration: IntegrationRow, slice: Slice): Promise<void> {
  const access = graphAccess(base, integration);
  const outcomes = await Promise.all(
    slice.ready.map(async ({ row, payload, slotMs }): Promise<Outcome> => {
      await pause(slotMs - Date.now());
      try {
        const receipt = await sendMessage(access, integration.phoneNumberId, payload);
        return { id: row.id, kind: "accepted", wamid: receipt.messageId, at: new Date() };
      } catch (error) {
        if (!(error instanceof GraphError)) {
          log.error({ err: error, messageId: row.id }, "A send ended in an unexpected way");
          return { id: row.id, kind: "unknown", detail: "Unexpected error" };
        }
        const ctx = { ...base, now: new Date() };
        if (error.kind === "slow_down") await slowDown(ctx.db, slice.lane, ctx.now);
        return judgeFailure(ctx, integration, row, error);
      }
    }),
  );
  const ctx = { ...base, now: new Date() };
  const learned = await writeOutcomes(ctx, integration.id, outcomes);
  await applyEarlyStatuses(ctx, integration.id, learned);
  const accepted = new Set(outcomes.flatMap((o) => (o.kind === "accepted" ? [o.id] : [])));
  await forgetHolds(ctx, integration.id, slice.ready.filter((r) => accepted.has(r.row.id)).map((r) => r.row.recipientIndex));
}

function pause(ms: number): Promise<void> {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
}
