import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { contacts } from "@/db/schema/contacts";
import { templates } from "@/db/schema/templates";
import type { Ctx } from "@/lib/ctx";
import { accountOf, type IntegrationRow } from "@/lib/integrations/access";
import { pauseIntegration } from "@/lib/integrations/pause";
import type { PauseReason } from "@/lib/integrations/schema";
import { blindIndex, seal } from "@/lib/keyring";
import { announceSoon } from "@/lib/live";
import type { GraphError } from "@/lib/whatsapp/graph";
import { releasePlaces } from "./allowance";
import { holdPair } from "./pairs";
import type { MessageFailure, TimelineStep } from "./schema";
import { OUTCOME_UNKNOWN } from "./status";

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** Refusals that are proven harmless are tried again for a day; a sign-in code is of no use after ten minutes. */
const PATIENCE_MS = { authentication: 10 * 60_000, other: 24 * 60 * 60_000 };

type Sent = { id: string; contactId: string; recipientIndex: string; purpose: string; attempts: number; createdAt: Date; templateName: string | null; templateLanguage: string | null };

/** What became of one call. Only `accepted` means that Meta took the message. */
export type Outcome =
  | { id: string; kind: "accepted"; wamid: string; at: Date }
  | { id: string; kind: "retry"; dueAt: Date; detail: string }
  | { id: string; kind: "unknown"; detail: string }
  | { id: string; kind: "failed"; failure: MessageFailure };

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
    await pauseIntegration(ctx, integration.id, pauseReason(error), error.code ?? undefined);
    return { id, kind: "retry", dueAt: ctx.now, detail };
  }
  if (error.isSafeToResend) {
    const patience = message.purpose === "authentication" ? PATIENCE_MS.authentication : PATIENCE_MS.other;
    if (ctx.now.getTime() - message.createdAt.getTime() > patience) return { id, kind: "failed", failure: failureOf(error) };
    const held = error.kind === "pair_limit" ? await holdPair(ctx, integration.id, message.recipientIndex) : null;
    const dueAt = held ?? new Date(ctx.now.getTime() + (error.retryAfterSeconds ?? 0) * 1000 + backoffMs(message.attempts));
    return { id, kind: "retry", dueAt, detail };
  }
  if (error.kind === "opted_out") {
    await ctx.db
      .update(contacts)
      .set({ marketingStoppedAt: ctx.now, updatedAt: ctx.now })
      .where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, message.contactId)));
  }
  if (error.kind === "template_paused" && message.templateName && message.templateLanguage) {
    await ctx.db
      .update(templates)
      .set({ status: error.code === 132016 ? "DISABLED" : "PAUSED" })
      .where(
        and(
          eq(templates.organizationId, ctx.organizationId),
          eq(templates.businessAccountId, accountOf(integration)),
          eq(templates.name, message.templateName),
          eq(templates.language, message.templateLanguage),
        ),
      );
    announceSoon(ctx.organizationId, ["templates"]);
  }
  return { id, kind: "failed", failure: failureOf(error) };
}

/** 1, 2, 4 … 60 s, each with up to a half on top, so that many waiting messages do not come back at once. */
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

const PAUSES_BY_CODE: Record<number, PauseReason> = {
  0: "token_invalid",
  190: "token_invalid",
  368: "account_restricted",
  131031: "account_locked",
  131042: "billing",
  131048: "spam_limit",
  131064: "misclassified_templates",
};

function pauseReason(error: GraphError): PauseReason {
  const byCode = error.code === null ? undefined : PAUSES_BY_CODE[error.code];
  if (byCode) return byCode;
  if (error.kind === "reconnect") return "permission_missing";
  return error.kind === "fix_setup" ? "not_registered" : "account_restricted";
}

const GIVEN_UP = sql`(m.status = 'failed' and m.failure ->> 'reason' = ${OUTCOME_UNKNOWN})`;

/**
 * Writes the outcomes of a batch, each kind in one statement. A webhook may have been quicker: what it brought stays. Answers
 * the fingerprints of the message ids learned, for statuses that came before them.
 */
export async function writeOutcomes(ctx: Ctx, integrationId: string, outcomes: readonly Outcome[]): Promise<string[]> {
  const at = ctx.now.toISOString();
  const step = (name: string, detail?: string): TimelineStep[] => [{ step: name, at, source: "dispatch", ...(detail ? { detail } : {}) }];

  const accepted = outcomes.flatMap((o) =>
    o.kind === "accepted"
      ? [{ id: o.id, wamid: seal("messages.wamid", o.wamid), wamid_index: blindIndex("messages.wamid", o.wamid), at: o.at.toISOString(), step: [{ step: "accepted", at: o.at.toISOString(), source: "dispatch" }] }]
      : [],
  );
  if (accepted.length > 0) {
    await ctx.db.execute(sql`
      update messages m set
        status = case when m.status in ('sending', 'unknown') or ${GIVEN_UP} then 'sent' else m.status end,
        failure = case when ${GIVEN_UP} then null else m.failure end,
        wamid = coalesce(m.wamid, u.wamid), wamid_index = coalesce(m.wamid_index, u.wamid_index),
        sent_at = coalesce(m.sent_at, u.at), unknown_since = null, lease_owner = null, lease_until = null,
        timeline = m.timeline || u.step
      from (select * from jsonb_to_recordset((${JSON.stringify(accepted)}::text)::jsonb)
            as r(id text, wamid text, wamid_index text, at timestamptz, step jsonb) order by id) u
      where m.id = u.id and m.organization_id = ${ctx.organizationId} and m.integration_id = ${integrationId}`);
  }

  const retried = outcomes.flatMap((o) => (o.kind === "retry" ? [{ id: o.id, due: o.dueAt.toISOString(), step: step("retrying", o.detail) }] : []));
  if (retried.length > 0) {
    await ctx.db.execute(sql`
      update messages m set status = 'queued', due_at = u.due, lease_owner = null, lease_until = null, timeline = m.timeline || u.step
      from (select * from jsonb_to_recordset((${JSON.stringify(retried)}::text)::jsonb) as r(id text, due timestamptz, step jsonb) order by id) u
      where m.id = u.id and m.organization_id = ${ctx.organizationId} and m.status = 'sending'`);
  }

  const unknown = outcomes.flatMap((o) => (o.kind === "unknown" ? [{ id: o.id, step: step("unknown", o.detail) }] : []));
  if (unknown.length > 0) {
    await ctx.db.execute(sql`
      update messages m set status = 'unknown', unknown_since = ${at}::timestamptz, lease_owner = null, lease_until = null, timeline = m.timeline || u.step
      from (select * from jsonb_to_recordset((${JSON.stringify(unknown)}::text)::jsonb) as r(id text, step jsonb) order by id) u
      where m.id = u.id and m.organization_id = ${ctx.organizationId} and m.status = 'sending'`);
  }

  const failed = outcomes.flatMap((o) => (o.kind === "failed" ? [{ id: o.id, failure: o.failure, step: step("failed", o.failure.details ?? o.failure.title ?? o.failure.reason) }] : []));
  if (failed.length > 0) {
    await ctx.db.execute(sql`
      update messages m set status = 'failed', failure = u.failure, failed_at = ${at}::timestamptz, lease_owner = null, lease_until = null, timeline = m.timeline || u.step
      from (select * from jsonb_to_recordset((${JSON.stringify(failed)}::text)::jsonb) as r(id text, failure jsonb, step jsonb) order by id) u
      where m.id = u.id and m.organization_id = ${ctx.organizationId} and m.status in ('sending', 'queued', 'scheduled')`);
    await releasePlaces(ctx, failed.map((f) => f.id));
  }
  announceSoon(ctx.organizationId, ["messages"]);
  return accepted.map((a) => a.wamid_index);
}
