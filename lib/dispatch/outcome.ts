import "server-only";
import { and, eq, isNull, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { closeWindows } from "@/lib/contacts/windows";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { accountOf, type IntegrationRow } from "@/lib/integrations/access";
import { pauseIntegration } from "@/lib/integrations/pause";
import { blindIndex, seal } from "@/lib/keyring";
import { announceSoon } from "@/lib/live";
import { obeyMarketingWords } from "@/lib/messages/cancel-waiting";
import { pauseReason, stopTemplate } from "@/lib/messages/refusals";
import { META_HOLDS, type MessageFailure, type MetaHold, type TimelineStep, type WaitsFor } from "@/lib/messages/schema";
import { transition } from "@/lib/messages/transitions";
import { readTemplatesAgain } from "@/lib/templates/events";
import { CHANGED_TEMPLATE } from "@/lib/whatsapp/error-codes";
import type { SendReceipt } from "@/lib/whatsapp/graph";
import type { GraphError } from "@/lib/whatsapp/graph-error";
import { holdPair } from "./pair-limit";

const FIRST_RETRY_MS = 1_000;
/** With each message's history of tries in its row, a day of trouble must not become thousands of steps. */
const LONGEST_RETRY_MS = 5 * 60_000;
/** Refusals that are proven harmless are tried again for a day after the message was due; a sign-in code is of no use after ten minutes. */
const PATIENCE_MS = { authentication: 10 * 60_000, other: 24 * 60 * 60_000 };
/** What waited long for another cause (a pause, say) still gets so many tries. */
const FEWEST_ATTEMPTS = 5;

type Sent = {
  id: string;
  contactId: string;
  purpose: string;
  attempts: number;
  createdAt: Date;
  scheduledFor: Date | null;
  templateName: string | null;
  templateLanguage: string | null;
};

/** What became of one call. Only `accepted` means that Meta took the message. */
export type Outcome =
  | { id: string; kind: "accepted"; wamid: string; at: Date; hold?: MetaHold | null; waId?: string; userId?: string }
  | { id: string; kind: "retry"; attempt: number; dueAt: Date; detail: string; waitsFor?: WaitsFor; code?: number | null }
  | { id: string; kind: "unknown"; detail: string }
  | { id: string; kind: "failed"; failure: MessageFailure };

/** Meta took the message. It may hold it back, and may know the person by another number than the one that was written. */
export function acceptedBy(id: string, receipt: SendReceipt, at: Date): Outcome {
  const hold = META_HOLDS.find((word) => word === receipt.messageStatus) ?? null;
  const { messageId: wamid, waId, userId } = receipt;
  return { id, kind: "accepted", wamid, at, hold, ...(waId ? { waId } : {}), ...(userId ? { userId } : {}) };
}

/**
 * Reads a failed call. A message goes back into the queue only when it is proven that Meta did not take it; what may have
 * been taken is unknown. Consequences beyond the message are drawn here too: a held person, a stopped template, a paused integration.
 */
export async function judgeFailure(ctx: Ctx, integration: IntegrationRow, message: Sent, error: GraphError): Promise<Outcome> {
  const detail = [error.code, error.details ?? error.title].filter(Boolean).join(": ");
  const { id } = message;
  if (error.proof === "maybe_sent") return { id, kind: "unknown", detail };
  const { rule } = error;
  if (rule.pauses && error.proof === "refused") {
    await pauseIntegration(ctx, integration.id, pauseReason(error.code, error.kind), error.code ?? undefined);
    return { id, kind: "retry", attempt: message.attempts, dueAt: ctx.now, detail, waitsFor: "retry", code: error.code };
  }
  if (error.isSafeToResend) {
    if (isPatienceOver(message, ctx.now)) return { id, kind: "failed", failure: failureOf(error) };
    const held = error.kind === "pair_limit" ? await holdPair(ctx, integration.id, message.contactId) : null;
    const dueAt = held ?? new Date(ctx.now.getTime() + (error.retryAfterSeconds ?? 0) * 1000 + backoffMs(message.attempts));
    const waitsFor = held ? "pair_limit" : error.proof === "not_sent" ? "meta_unreachable" : "retry";
    return { id, kind: "retry", attempt: message.attempts, dueAt, detail, waitsFor, code: error.code };
  }
  if (error.kind === "opted_out")
    await obeyMarketingWords(ctx, [{ contactId: message.contactId, stops: true, at: ctx.now, how: "error 131050" }]);
  if (error.kind === "outside_window") await closeWindows(ctx, integration.id, [{ contactId: message.contactId, at: ctx.now }]);
  if (error.code === CHANGED_TEMPLATE) readTemplatesAgain(ctx, integration.id);
  if (error.kind === "template_paused") await stopTemplate(ctx, accountOf(integration), message, error.code);
  return { id, kind: "failed", failure: failureOf(error) };
}

function isPatienceOver(message: Sent, now: Date): boolean {
  const waitedMs = now.getTime() - (message.scheduledFor ?? message.createdAt).getTime();
  if (message.purpose === "authentication") return waitedMs > PATIENCE_MS.authentication;
  return waitedMs > PATIENCE_MS.other && message.attempts >= FEWEST_ATTEMPTS;
}

/** 1, 2, 4 s … 5 minutes, each with up to a half on top, so that many waiting messages do not come back at once. */
function backoffMs(attempts: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1)) * (1 + Math.random() / 2);
}

function failureOf(error: GraphError): MessageFailure {
  return {
    ...(error.code === null ? {} : { code: error.code }),
    reason: error.kind,
    title: error.title,
    ...(error.details ? { details: error.details } : {}),
    ...(error.fbtraceId ? { fbtraceId: error.fbtraceId } : {}),
  };
}

/**
 * Writes the outcomes of a batch in one transaction, each kind in one statement; writing them twice does no harm. A webhook may
 * have been quicker: what it brought stays. What was to be tried again is cancelled when its integration is gone by now. Answers
 * the fingerprints of the message ids learned, for statuses that came before them.
 */
export async function writeOutcomes(ctx: Ctx, integrationId: string, outcomes: readonly Outcome[]): Promise<string[]> {
  if (outcomes.length === 0) return [];
  const learned = await inTransaction(ctx, async (tx) => {
    const of = <K extends Outcome["kind"]>(kind: K) =>
      outcomes.filter((outcome): outcome is Extract<Outcome, { kind: K }> => outcome.kind === kind);
    const returned = of("retry");
    const isGone = returned.length > 0 && !(await holdIntegration(tx, integrationId));
    await lockInOrder(tx, outcomes);
    await writeUnknown(tx, of("unknown"));
    await writeFailed(tx, of("failed"));
    if (isGone) await writeCancelled(tx, returned);
    else await writeRetried(tx, returned);
    return writeAccepted(tx, of("accepted"));
  });
  announceSoon(ctx.organizationId, ["messages"]);
  return learned;
}

/** True when the integration is there, and then keeps it there until the transaction ends. Taken before any message's lock, as its removal does. */
export async function holdIntegration(tx: Ctx, integrationId: string): Promise<boolean> {
  const rows = await tx.db
    .select({ id: integrations.id })
    .from(integrations)
    .where(
      and(eq(integrations.organizationId, tx.organizationId), eq(integrations.id, integrationId), isNull(integrations.deletedAt)),
    )
    .for("key share");
  return rows.length > 0;
}

/** Webhooks write to the same rows at the same time: whoever takes them in the order of their ids cannot deadlock. */
async function lockInOrder(tx: Ctx, outcomes: readonly Outcome[]): Promise<void> {
  await tx.db
    .select({ id: messages.id })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, tx.organizationId),
        anyOf(
          messages.id,
          outcomes.map((o) => o.id),
        ),
      ),
    )
    .orderBy(messages.id)
    .for("update");
}

type OutcomeOf<K extends Outcome["kind"]> = Extract<Outcome, { kind: K }>;

const stepAt = (at: Date, step: string, detail?: string): TimelineStep[] => [
  { step, at: at.toISOString(), source: "dispatch", ...(detail ? { detail } : {}) },
];

async function writeAccepted(tx: Ctx, accepted: OutcomeOf<"accepted">[]): Promise<string[]> {
  const moved = accepted.map((o) => ({
    id: o.id,
    step: stepAt(o.at, "accepted", o.hold ?? undefined),
    wamid: seal("messages.wamid", o.wamid),
    wamid_index: blindIndex("messages.wamid", o.wamid),
    sent_at: o.at,
    meta_hold: o.hold ?? null,
  }));
  await transition(tx, "accept", moved, { only: sql`not m.timeline @> u.step` });
  return moved.map((row) => row.wamid_index);
}

/**
 * Proven not to have been taken, so it settles what was held for unknown meanwhile. Written twice, the second time may come when
 * the message is being sent again: that is another attempt, and not touched.
 */
async function writeRetried(tx: Ctx, retried: OutcomeOf<"retry">[]): Promise<void> {
  const moved = retried.map((o) => ({
    id: o.id,
    step: stepAt(tx.now, "retrying", o.detail),
    attempts: o.attempt,
    due_at: o.dueAt,
    waits_for: o.waitsFor ?? "retry",
  }));
  await transition(tx, "retry", moved, { only: sql`m.attempts = u.attempts` });
}

async function writeCancelled(tx: Ctx, returned: OutcomeOf<"retry">[]): Promise<void> {
  const step = stepAt(tx.now, "cancelled", "The integration was removed");
  await transition(
    tx,
    "cancelReturned",
    returned.map(({ id }) => ({ id, step })),
  );
}

async function writeUnknown(tx: Ctx, unknown: OutcomeOf<"unknown">[]): Promise<void> {
  const moved = unknown.map((o) => ({ id: o.id, step: stepAt(tx.now, "unknown", o.detail), unknown_since: tx.now }));
  await transition(tx, "doubt", moved);
}

/** A proven refusal also settles what was held for unknown meanwhile. */
async function writeFailed(tx: Ctx, failed: OutcomeOf<"failed">[]): Promise<void> {
  const moved = failed.map((o) => ({
    id: o.id,
    step: stepAt(tx.now, "failed", o.failure.details ?? o.failure.title ?? o.failure.reason),
    failure: o.failure,
    failed_at: tx.now,
  }));
  await transition(tx, "refuse", moved);
}
