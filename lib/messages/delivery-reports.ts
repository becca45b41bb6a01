import "server-only";
import { and, asc, eq, gt, or } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { integrations } from "@/db/schema/integrations";
import { earlyStatuses, messages } from "@/db/schema/messages";
import { closeWindows, noteFreeEntries } from "@/lib/contacts/windows";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { accountOf, portfolioOf } from "@/lib/integrations/access";
import { pauseIntegration } from "@/lib/integrations/pause";
import { blindIndex, seal } from "@/lib/keyring";
import { announceSoon } from "@/lib/live";
import { countOutcome } from "@/lib/metrics";
import { noteStep } from "@/lib/telemetry";
import { readTemplatesAgain } from "@/lib/templates/events";
import { CHANGED_TEMPLATE, describeCode } from "@/lib/whatsapp/error-codes";
import type { MetaError, Pricing } from "@/lib/whatsapp/inbound-items";

import { countDelivered, releasePlaces } from "./allowance";
import { obeyMarketingWords } from "./cancel-waiting";
import { pauseReason, stopTemplate } from "./refusals";
import type { MessageFailure, MessageStatus, TimelineStep } from "./schema";
import { reportedAs, reportTransition, stateOf, transitionOf } from "./states";
import { writeReported } from "./transitions";

/** One status of Meta's, as far as a message needs it. `source`: how we heard of it, a webhook unless it says otherwise. */
export type ReportedStatus = {
  wamid: string;
  status: string;
  at: Date | null;
  callbackData?: string;
  errors: MetaError[];
  pricing?: Pricing;
  freeEntryUntil?: Date;
  source?: "webhook" | "history";
};

const OWN_ID = /^msg_[0-9A-Z]{26}$/;
/** Meta took the message and says that it failed, and nothing of why. */
export const FAILED_AT_META = "failed_at_meta";
const wamidIndexOf = (wamid: string) => blindIndex("messages.wamid", wamid);

type Draft = {
  id: string;
  contactId: string;
  templateName: string | null;
  templateLanguage: string | null;
  outsideWindow: boolean | null;
  status: MessageStatus;
  failure: MessageFailure | null;
  timeline: TimelineStep[];
  wamidIndex: string | null;
  learned: string | null;
  /** What is new, and whether an earlier word came later, so that what was told is told anew. */
  steps: TimelineStep[];
  isRetold: boolean;
  hasMoved: boolean;
  pricing: Pricing | null;
  freeEntryUntil: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  playedAt: Date | null;
  failedAt: Date | null;
};

/**
 * Applies what Meta reports of an integration's messages, in any order and however often: every step is kept once with Meta's
 * own time, and the state only moves forwards. A message is found by our id in the callback data, else by Meta's id; a status
 * of an unknown id waits until the id is learned. All of it or, when something throws, nothing.
 */
export async function applyStatuses(ctx: Ctx, integrationId: string, reported: readonly ReportedStatus[]): Promise<void> {
  if (reported.length === 0) return;
  const { failures, changed } = await inTransaction(ctx, async (tx) => {
    const drafts = await lockMessages(tx, integrationId, reported);
    const byId = new Map(drafts.map((draft) => [draft.id, draft]));
    const byWamid = new Map(drafts.flatMap((draft) => (draft.wamidIndex ? [[draft.wamidIndex, draft] as const] : [])));
    const learned = learnIds(byId, byWamid, reported);
    const early: ReportedStatus[] = [];
    for (const report of [...(await takeEarly(tx, integrationId, learned)), ...reported]) {
      const draft = byId.get(report.callbackData ?? "") ?? byWamid.get(wamidIndexOf(report.wamid));
      if (draft) take(draft, report, tx.now);
      else early.push(report);
    }
    await keepEarly(tx, integrationId, early);
    const changed = drafts.filter((draft) => draft.steps.length > 0 || draft.isRetold || draft.learned);
    if (changed.length === 0) return { failures: [], changed };
    await write(tx, changed);
    return { failures: await drawConsequences(tx, integrationId, changed), changed };
  });
  // From Meta's own time, in whole seconds, until we had it.
  for (const { id, steps } of changed)
    for (const { step, at } of steps)
      noteStep({ messageId: id, name: `webhook.${step}`, from: new Date(at), attributes: { "integration.id": integrationId } });
  announceSoon(ctx.organizationId, ["messages"]);
  for (const { failure } of failures) if (failure) countOutcome(integrationId, { kind: "failed", failure });
  await drawWider(ctx, integrationId, failures);
}

/** Statuses that came before these message ids were learned (by fingerprint) are applied now. */
export async function applyEarlyStatuses(ctx: Ctx, integrationId: string, wamidIndexes: readonly string[]): Promise<void> {
  if (wamidIndexes.length === 0) return;
  await inTransaction(ctx, async (tx) => applyStatuses(tx, integrationId, await takeEarly(tx, integrationId, wamidIndexes)));
}

async function takeEarly(tx: Ctx, integrationId: string, wamidIndexes: readonly string[]): Promise<ReportedStatus[]> {
  if (wamidIndexes.length === 0) return [];
  const rows = await tx.db
    .delete(earlyStatuses)
    .where(
      and(
        eq(earlyStatuses.organizationId, tx.organizationId),
        eq(earlyStatuses.integrationId, integrationId),
        anyOf(earlyStatuses.wamidIndex, wamidIndexes),
      ),
    )
    .returning({ status: earlyStatuses.status });
  return rows.map(({ status }) => revive(status));
}

/** A status with our own id tells Meta's id of a message that has none yet. Answers the fingerprints learned. */
function learnIds(byId: Map<string, Draft>, byWamid: Map<string, Draft>, reported: readonly ReportedStatus[]): string[] {
  const learned: string[] = [];
  for (const report of reported) {
    const draft = byId.get(report.callbackData ?? "");
    const index = wamidIndexOf(report.wamid);
    if (!draft || draft.wamidIndex || byWamid.has(index)) continue;
    draft.wamidIndex = index;
    draft.learned = report.wamid;
    byWamid.set(index, draft);
    learned.push(index);
  }
  return learned;
}

/** What crossed with the answer is as old as that; statuses of messages that others send through the number are never claimed. */
const CROSSED_MS = 60 * 60_000;

/** Early statuses whose message id is known by now, of all organizations: the rare ones that crossed with the answer. */
export async function findSettledEarly(
  db: Db,
  now: Date,
): Promise<{ organizationId: string; integrationId: string; wamidIndex: string }[]> {
  return db
    .select({
      organizationId: earlyStatuses.organizationId,
      integrationId: earlyStatuses.integrationId,
      wamidIndex: earlyStatuses.wamidIndex,
    })
    .from(earlyStatuses)
    .innerJoin(
      messages,
      and(eq(messages.integrationId, earlyStatuses.integrationId), eq(messages.wamidIndex, earlyStatuses.wamidIndex)),
    )
    .where(gt(earlyStatuses.receivedAt, new Date(now.getTime() - CROSSED_MS)))
    .limit(500);
}

async function lockMessages(tx: Ctx, integrationId: string, reported: readonly ReportedStatus[]): Promise<Draft[]> {
  const ids = reported.flatMap((r) => (r.callbackData && OWN_ID.test(r.callbackData) ? [r.callbackData] : []));
  const indexes = reported.map((r) => wamidIndexOf(r.wamid));
  const rows = await tx.db
    .select({
      id: messages.id,
      contactId: messages.contactId,
      templateName: messages.templateName,
      templateLanguage: messages.templateLanguage,
      outsideWindow: messages.outsideWindow,
      status: messages.status,
      failure: messages.failure,
      timeline: messages.timeline,
      wamidIndex: messages.wamidIndex,
    })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, tx.organizationId),
        eq(messages.integrationId, integrationId),
        or(anyOf(messages.wamidIndex, [...new Set(indexes)]), ids.length > 0 ? anyOf(messages.id, [...new Set(ids)]) : undefined),
      ),
    )
    .orderBy(asc(messages.id))
    .for("update");
  return rows.map((row) => ({
    ...row,
    learned: null,
    steps: [],
    isRetold: false,
    hasMoved: false,
    pricing: null,
    freeEntryUntil: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    playedAt: null,
    failedAt: null,
  }));
}

const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** In any order the same reports end the same: each is told once, with the earliest time it came with. */
function take(draft: Draft, report: ReportedStatus, now: Date): void {
  const word = reportedAs(report.status);
  if (!word) return;
  // A time that has not come yet would keep its person counted for as long.
  const at = report.at && report.at.getTime() <= now.getTime() + CLOCK_TOLERANCE_MS ? report.at : now;
  const error = report.errors[0];
  const detail = word === "failed" ? (error?.details ?? error?.title ?? error?.message ?? undefined) : undefined;
  const step = { step: word, at: at.toISOString(), source: report.source ?? "webhook", ...(detail ? { detail } : {}) } as const;
  const isIt = (one: TimelineStep) => one.step === word && (one.source === "webhook" || one.source === "history");
  const earlier = draft.timeline.find(isIt);
  const heard = earlier ?? draft.steps.find(isIt);
  if (report.pricing) draft.pricing ??= report.pricing;
  if (report.freeEntryUntil) draft.freeEntryUntil = report.freeEntryUntil;
  if (heard && Date.parse(heard.at) <= at.getTime()) return;
  if (earlier) {
    draft.timeline = draft.timeline.map((one) => (one === earlier ? step : one));
    draft.isRetold = true;
  } else draft.steps = [...draft.steps.filter((one) => one !== heard), step];
  if (word === "sent") draft.sentAt = at;
  if (word === "delivered") draft.deliveredAt = at;
  if (word === "read") draft.readAt = at;
  if (word === "played") draft.playedAt = at;
  const failure = word === "failed" ? failureOf(error) : null;
  const name = reportTransition(stateOf(draft), word);
  if (name) {
    draft.status = transitionOf(name).to;
    draft.hasMoved = true;
    draft.failure = failure;
    draft.failedAt = failure && at;
  } else if (failure && heard && draft.status === "failed") {
    draft.hasMoved = true;
    draft.failure = failure;
    draft.failedAt = at;
  }
}

function failureOf(error: MetaError | undefined): MessageFailure {
  return {
    ...(error?.code == null ? {} : { code: error.code }),
    // Meta had taken the message: whatever is not known of the end of it, it left.
    reason: error?.code == null ? FAILED_AT_META : describeCode(error.code).kind,
    ...(error?.title ? { title: error.title } : {}),
    ...(error?.details || error?.message ? { details: error.details ?? error.message ?? undefined } : {}),
  };
}

const write = (tx: Ctx, drafts: readonly Draft[]) =>
  writeReported(
    tx,
    drafts.map((draft) => ({
      id: draft.id,
      status: draft.hasMoved ? draft.status : null,
      step: draft.steps,
      ...(draft.isRetold ? { timeline: draft.timeline } : {}),
      failure: draft.failure,
      failed_at: draft.failedAt,
      wamid: draft.learned ? seal("messages.wamid", draft.learned) : null,
      wamid_index: draft.wamidIndex,
      sent_at: draft.sentAt,
      delivered_at: draft.deliveredAt,
      read_at: draft.readAt,
      pricing: draft.pricing,
    })),
  );

/** What a status means beyond its message: the allowance, and the person's stop. Answers those that failed by it. */
async function drawConsequences(tx: Ctx, integrationId: string, drafts: readonly Draft[]): Promise<Draft[]> {
  const reached = drafts.flatMap((d) => {
    const at = d.deliveredAt ?? d.readAt ?? (d.hasMoved && d.status === "read" ? d.playedAt : null);
    return d.outsideWindow && at ? [{ messageId: d.id, contactId: d.contactId, at }] : [];
  });
  const account = reached.length > 0 ? await readAccount(tx, integrationId) : undefined;
  if (account)
    await countDelivered(
      tx,
      reached.map((each) => ({ ...each, portfolioId: portfolioOf(account) })),
    );
  await noteFreeEntries(
    tx,
    integrationId,
    drafts.flatMap(({ contactId, freeEntryUntil }) => (freeEntryUntil ? [{ contactId, until: freeEntryUntil }] : [])),
  );
  const failed = drafts.filter((d) => d.hasMoved && d.status === "failed");
  await closeWindows(
    tx,
    integrationId,
    failed.flatMap(({ failure, contactId, failedAt }) =>
      failure?.reason === "outside_window" && failedAt ? [{ contactId, at: failedAt }] : [],
    ),
  );
  await releasePlaces(
    tx,
    failed.map((d) => d.id),
  );
  await obeyMarketingWords(
    tx,
    failed.flatMap(({ failure, contactId, failedAt }) =>
      failure?.reason === "opted_out" && failedAt ? [{ contactId, stops: true, at: failedAt, how: "error 131050" as const }] : [],
    ),
  );
  return failed;
}

/** Meta often accepts a message and tells only here that the account may not send. Old news must not pause what was mended since. */
const NEWS_MS = 10 * 60_000;

async function drawWider(ctx: Ctx, integrationId: string, failed: readonly Draft[]): Promise<void> {
  const news = failed.filter((d) => d.failedAt && ctx.now.getTime() - d.failedAt.getTime() < NEWS_MS);
  const codes = news.map((d) => d.failure?.code ?? null);
  const pausing = codes.find((code) => describeCode(code).pauses);
  if (pausing != null) await pauseIntegration(ctx, integrationId, pauseReason(pausing, describeCode(pausing).kind), pausing);
  if (codes.includes(CHANGED_TEMPLATE)) readTemplatesAgain(ctx, integrationId);
  const stopped = news.filter((d) => d.failure?.reason === "template_paused");
  const account = stopped.length > 0 ? await readAccount(ctx, integrationId) : undefined;
  if (account) for (const draft of stopped) await stopTemplate(ctx, accountOf(account), draft, draft.failure?.code ?? null);
}

async function readAccount(ctx: Ctx, integrationId: string) {
  const [row] = await ctx.db
    .select({ businessAccountId: integrations.businessAccountId, sandbox: integrations.sandbox })
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), eq(integrations.id, integrationId)));
  return row;
}

async function keepEarly(tx: Ctx, integrationId: string, early: readonly ReportedStatus[]): Promise<void> {
  if (early.length === 0) return;
  await tx.db.insert(earlyStatuses).values(
    early.map((report) => ({
      id: newId("est"),
      organizationId: tx.organizationId,
      integrationId,
      wamidIndex: wamidIndexOf(report.wamid),
      status: { ...report, at: report.at?.toISOString() ?? null },
      receivedAt: tx.now,
    })),
  );
}

function revive(kept: Record<string, unknown>): ReportedStatus {
  const { at, freeEntryUntil, ...report } = kept as Omit<ReportedStatus, "at" | "freeEntryUntil"> & {
    at: string | null;
    freeEntryUntil?: string;
  };
  return {
    ...report,
    at: at ? new Date(at) : null,
    ...(freeEntryUntil ? { freeEntryUntil: new Date(freeEntryUntil) } : {}),
  };
}
