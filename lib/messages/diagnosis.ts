import "server-only";
import { and, desc, eq, sql } from "drizzle-orm";
import { consents, conversations } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { webhookEvents } from "@/db/schema/webhooks";
import { consentStates } from "@/lib/contacts/consents";
import { getContactRow } from "@/lib/contacts/contacts";
import type { ConsentPurpose } from "@/lib/contacts/schema";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { accountOf, type IntegrationRow } from "@/lib/integrations/access";
import { toE164 } from "@/lib/phone";
import { describeCode } from "@/lib/whatsapp/error-codes";
import { openUntil } from "@/lib/whatsapp/window";
import type { Diagnosis, DiagnosisCheck } from "./diagnosis-schema";
import { consentReasons } from "./gate";
import type { MessageFailure } from "./schema";
import { readWaiting } from "./waiting";

type Row = typeof messages.$inferSelect;
type Found = Omit<DiagnosisCheck, "name" | "at"> & { at?: Date | null };

const ARRIVED: readonly Row["status"][] = ["delivered", "read"];
/** Most statuses come within seconds. */
const QUIET_MS = 10 * 60_000;

/**
 * Everything that can stand between a message of ours and its person, looked at now, in the order in which it is to be looked at: the first that is
 * not passed is the cause. Throws `not_found`, also for a message that we did not write.
 */
export async function diagnoseMessage(ctx: Ctx, id: string): Promise<Diagnosis> {
  const [row] = await ctx.db
    .select()
    .from(messages)
    .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.id, id), eq(messages.direction, "outgoing")));
  if (!row) throw new AppError("not_found", "There is no message of yours with this id");
  const [integration] = await ctx.db
    .select()
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), eq(integrations.id, row.integrationId)));
  if (!integration) throw new Error("A message has no integration.");
  const found: [DiagnosisCheck["name"], Found | null][] = [
    ["integration", lookAtIntegration(integration)],
    ["recipient", lookAtRecipient(row)],
    ["consent", await lookAtConsent(ctx, row)],
    ["limits", await lookAtLimits(ctx, row)],
    ["template", await lookAtTemplate(ctx, row, integration)],
    ["window", await lookAtWindow(ctx, row)],
    ["meta", lookAtMeta(row)],
    ["delivery", await lookAtDelivery(ctx, row)],
  ];
  const checks = found.flatMap(([name, check]): DiagnosisCheck[] =>
    check
      ? [{ name, outcome: check.outcome, code: check.code, at: (check.at ?? ctx.now).toISOString(), facts: check.facts }]
      : [],
  );
  const verdict = verdictOf(row);
  return {
    messageId: row.id,
    status: row.status,
    verdict,
    cause: verdict === "arrived" ? null : causeOf(row, checks),
    lookedAt: ctx.now.toISOString(),
    checks,
  };
}

function verdictOf({ status }: Row): Diagnosis["verdict"] {
  if (ARRIVED.includes(status)) return "arrived";
  if (status === "failed" || status === "cancelled" || status === "unknown") return status;
  return "waiting";
}

/** Why it failed says which check is to be believed: what is wrong today need not have been wrong then. */
function causeOf(row: Row, checks: readonly DiagnosisCheck[]): Diagnosis["cause"] {
  const told = row.failure && checkOfFailure(row.failure);
  if (told && checks.some(({ name }) => name === told)) return told;
  const open = checks.find(({ outcome }) => outcome === "failed") ?? checks.find(({ outcome }) => outcome !== "passed");
  return open?.name ?? null;
}

const OF_REASON: Record<string, DiagnosisCheck["name"]> = {
  recipient_not_opted_in: "consent",
  recipient_opted_out_at_meta: "consent",
  outside_customer_service_window: "window",
  template_not_found: "template",
  template_not_approved: "template",
  template_params_mismatch: "template",
  rate_limit_exceeded: "limits",
  integration_paused: "integration",
  integration_not_verified: "integration",
  invalid_phone_number: "recipient",
  recipient_unreachable: "recipient",
};

function checkOfFailure({ code, reason }: MessageFailure): DiagnosisCheck["name"] {
  if (code === undefined) return OF_REASON[reason] ?? "meta";
  return describeCode(code).kind === "outside_window" ? "window" : "meta";
}

function lookAtIntegration({ id, status, pauseReason, deletedAt }: IntegrationRow): Found {
  const facts = { integrationId: id, status, pauseReason };
  if (deletedAt) return { outcome: "failed", code: "removed", at: deletedAt, facts };
  if (status === "verified") return { outcome: "passed", code: "verified", facts };
  return { outcome: "failed", code: status === "paused" ? "paused" : "not_verified", facts };
}

function lookAtRecipient({ recipient, failure, failedAt }: Row): Found {
  const isPhone = recipient.startsWith("+");
  const facts = { kind: isPhone ? "phone" : "user_id" };
  if (isPhone && toE164(recipient) === null) return { outcome: "failed", code: "invalid_phone_number", facts };
  const isRefused = failure?.code !== undefined && describeCode(failure.code).kind === "bad_recipient";
  if (isRefused)
    return { outcome: "failed", code: "refused_by_meta", at: failedAt, facts: { ...facts, metaCode: failure?.code ?? null } };
  return { outcome: "passed", code: isPhone ? "valid_phone_number" : "user_id", facts };
}

async function lookAtConsent(ctx: Ctx, row: Row): Promise<Found> {
  if (row.confirmsStop) return { outcome: "passed", code: "confirms_stop", facts: {} };
  const contact = await getContactRow(ctx, row.contactId);
  const state = (await consentStates(ctx, [contact.id])).get(contact.id);
  if (!state) throw new Error("A message has no person.");
  const window = await windowOf(ctx, row);
  const [reason] = consentReasons(state, row.purpose, window !== null, contact.marketingStoppedAt);
  const word = await lastWord(ctx, row.contactId, row.purpose);
  const facts = {
    purpose: row.purpose,
    state: row.purpose === "service" ? null : state[row.purpose],
    entryId: word?.id ?? null,
    source: word?.source ?? null,
  };
  if (!reason) return { outcome: "passed", code: "allowed", at: word?.occurredAt, facts };
  if (reason.code === "recipient_opted_out_at_meta")
    return { outcome: "failed", code: "opted_out_at_meta", at: contact.marketingStoppedAt, facts };
  return { outcome: "failed", code: word?.status === "opted_out" ? "opted_out" : "never_opted_in", at: word?.occurredAt, facts };
}

async function lastWord(ctx: Ctx, contactId: string, purpose: Row["purpose"]) {
  const about: ConsentPurpose[] = purpose === "service" ? ["all"] : ["all", purpose];
  const [word] = await ctx.db
    .select({ id: consents.id, status: consents.status, source: consents.source, occurredAt: consents.occurredAt })
    .from(consents)
    .where(
      and(
        eq(consents.organizationId, ctx.organizationId),
        eq(consents.contactId, contactId),
        sql`${consents.purpose} = any(${sql.param(about)}::text[])`,
      ),
    )
    .orderBy(sql`date_trunc('second', ${consents.occurredAt}) desc`, desc(consents.recordedAt), desc(consents.id))
    .limit(1);
  return word;
}

const LIMIT_KINDS: readonly string[] = ["slow_down", "pair_limit"];

async function lookAtLimits(ctx: Ctx, row: Row): Promise<Found> {
  const waiting = (await readWaiting(ctx, [row])).get(row.id);
  const { failure } = row;
  const isRefused =
    failure?.reason === "rate_limit_exceeded" ||
    (failure?.code !== undefined && LIMIT_KINDS.includes(describeCode(failure.code).kind));
  const facts = { waitsFor: waiting?.code ?? null, until: waiting?.until ?? null, attempts: row.attempts };
  if (isRefused) return { outcome: "failed", code: "limit_reached", at: row.failedAt, facts };
  if (!waiting || waiting.code === "held_by_meta" || waiting.code === "number_paused" || waiting.code === "number_not_verified")
    return { outcome: "passed", code: "within_limits", facts };
  return { outcome: "waiting", code: waiting.code, facts };
}

async function lookAtTemplate(ctx: Ctx, row: Row, integration: IntegrationRow): Promise<Found | null> {
  const { templateName: name, templateLanguage: language, failure } = row;
  if (name === null) return null;
  const rows = await ctx.db
    .select({
      language: templates.language,
      status: templates.status,
      rejectedReason: templates.rejectedReason,
      syncedAt: templates.syncedAt,
    })
    .from(templates)
    .where(
      and(
        eq(templates.organizationId, ctx.organizationId),
        eq(templates.businessAccountId, accountOf(integration)),
        eq(templates.name, name),
      ),
    );
  const found = rows.find((one) => one.language === language);
  const facts = { template: name, language, status: found?.status ?? null, rejectedReason: found?.rejectedReason ?? null };
  if (!found) return { outcome: "failed", code: rows.length > 0 ? "language_missing" : "template_missing", facts };
  if (found.status !== "APPROVED") return { outcome: "failed", code: "not_approved", at: found.syncedAt, facts };
  if (failure?.reason === "template_params_mismatch")
    return { outcome: "failed", code: "params_mismatch", at: row.failedAt, facts };
  return { outcome: "passed", code: "approved", at: found.syncedAt, facts };
}

async function windowOf(ctx: Ctx, { contactId, integrationId }: Row): Promise<{ until: Date; heardAt: Date } | null> {
  const [talk] = await ctx.db
    .select({ lastInboundAt: conversations.lastInboundAt, closedAt: conversations.closedAt })
    .from(conversations)
    .where(
      and(
        eq(conversations.organizationId, ctx.organizationId),
        eq(conversations.contactId, contactId),
        eq(conversations.integrationId, integrationId),
      ),
    );
  const until = openUntil(talk?.lastInboundAt, ctx.now, talk?.closedAt);
  return until && talk?.lastInboundAt ? { until, heardAt: talk.lastInboundAt } : null;
}

/** Templates need none. What has left needed it then and not now. */
async function lookAtWindow(ctx: Ctx, row: Row): Promise<Found | null> {
  if (row.templateName !== null) return null;
  const isToldByMeta = row.failure?.code !== undefined && describeCode(row.failure.code).kind === "outside_window";
  if (isToldByMeta || row.failure?.reason === "outside_customer_service_window")
    return { outcome: "failed", code: "closed", at: row.failedAt, facts: { until: null } };
  if (row.sentAt) return { outcome: "passed", code: "was_open", at: row.sentAt, facts: { until: null } };
  const window = await windowOf(ctx, row);
  if (!window) return { outcome: "failed", code: "closed", facts: { until: null } };
  return { outcome: "passed", code: "open", at: window.heardAt, facts: { until: window.until.toISOString() } };
}

function lookAtMeta(row: Row): Found {
  const { status, failure, sentAt, failedAt, metaHold, unknownSince } = row;
  const facts = {
    metaCode: failure?.code ?? null,
    reason: failure?.reason ?? null,
    hold: metaHold,
    trace: failure?.fbtraceId ?? null,
  };
  if (status === "failed")
    return { outcome: "failed", code: failure?.code === undefined ? "not_sent" : "refused", at: failedAt, facts };
  if (status === "unknown") return { outcome: "unknown", code: "no_answer", at: unknownSince, facts };
  if (status === "cancelled") return { outcome: "failed", code: "cancelled", at: lastStep(row), facts };
  if (metaHold) return { outcome: "waiting", code: "held", at: sentAt, facts };
  if (sentAt) return { outcome: "passed", code: "taken", at: sentAt, facts };
  return { outcome: "waiting", code: "not_asked", facts };
}

const lastStep = ({ timeline }: Row) => (timeline.length > 0 ? new Date(timeline.at(-1)?.at ?? 0) : null);

/** A message that Meta took and nobody heard of again: the phone is off, the person blocked the number, or webhooks do not arrive. */
async function lookAtDelivery(ctx: Ctx, row: Row): Promise<Found | null> {
  if (row.status === "read") return { outcome: "passed", code: "read", at: row.readAt, facts: {} };
  if (row.status === "delivered") return { outcome: "passed", code: "delivered", at: row.deliveredAt, facts: {} };
  if (!row.sentAt || row.status !== "sent") return null;
  const [heard] = await ctx.db
    .select({ at: webhookEvents.receivedAt })
    .from(webhookEvents)
    .where(
      and(eq(webhookEvents.organizationId, ctx.organizationId), sql`${row.integrationId} = any(${webhookEvents.integrationIds})`),
    )
    .orderBy(desc(webhookEvents.id))
    .limit(1);
  const facts = { lastWebhookAt: heard?.at.toISOString() ?? null };
  if (!heard || heard.at < row.sentAt) {
    const isQuiet = ctx.now.getTime() - row.sentAt.getTime() > QUIET_MS;
    return { outcome: isQuiet ? "unknown" : "waiting", code: isQuiet ? "webhooks_silent" : "on_its_way", at: heard?.at, facts };
  }
  return { outcome: "waiting", code: "not_delivered_yet", at: row.sentAt, facts };
}
