import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { getIntegrationRow, graphAccess, type IntegrationRow } from "@/lib/integrations/access";
import { examine, type Findings } from "@/lib/integrations/checks";
import { claimNumber } from "@/lib/integrations/claim";
import { numberTaken } from "@/lib/integrations/findings";
import { graphSentence } from "@/lib/integrations/graph-sentence";
import { statusOfChecks } from "@/lib/integrations/pause";
import { CHECK_NAMES, type DoctorReport, type IntegrationCheck, type IntegrationStatus } from "@/lib/integrations/schema";
import { webhookUrl } from "@/lib/integrations/webhook";
import { announce } from "@/lib/live";
import { ownWebhookUrl } from "@/lib/sandbox/accounts";
import { syncTemplates } from "@/lib/templates/sync";
import { wake } from "@/lib/wake";
import { subscribeApp } from "@/lib/whatsapp/graph-accounts";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { GraphError } from "@/lib/whatsapp/graph-error";

/**
 * Tests an integration and keeps what was found. `ok` is the word of all checks; `verified` needs only those without which
 * nothing can be sent. Trouble that passes (no connection, Meta down) does not take `verified` away. The first success also
 * reads the templates.
 */
export async function testIntegration(ctx: Ctx, id: string): Promise<DoctorReport> {
  const row = await getIntegrationRow(ctx, id);
  const found = await look(ctx, row);
  const { status, checks } = await keep(ctx, row, found);
  if (status === "verified") {
    if (row.templatesSyncedAt === null) await syncTemplates(ctx, { integrationId: id });
    wake({ kind: "messages", integrationId: id, organizationId: ctx.organizationId });
  }
  return { ok: checks.every((check) => check.ok), status, checks };
}

/** Subscribes the app to the account's webhooks, then tests. Throws `graph_error` with Meta's reason. */
export async function subscribeIntegration(ctx: Ctx, id: string): Promise<DoctorReport> {
  const row = await getIntegrationRow(ctx, id);
  try {
    await subscribeApp(graphAccess(ctx, row), row.businessAccountId);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { message, fix } = graphSentence(error);
    throw new AppError("graph_error", `Meta did not subscribe the app: ${message}`, {
      details: { code: error.code, fix },
      cause: error,
    });
  }
  await audit(ctx, "integration.subscribed", { type: "integration", id });
  return testIntegration(ctx, id);
}

async function look(ctx: Ctx, row: IntegrationRow): Promise<Findings> {
  let access: GraphAccess;
  try {
    access = graphAccess(ctx, row);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const check = {
      ok: false,
      code: "endpoint_not_allowed",
      message: error.message,
      fix: "Correct endpointUrl, or allow its host with GRAPH_ALLOWED_HOSTS.",
      remedy: "correct_ids" as const,
    };
    return { findings: CHECK_NAMES.map((name) => ({ check: { name, ...check }, isPassing: false })), token: null, number: null };
  }
  const callbacks = row.sandbox ? [webhookUrl(), ownWebhookUrl()] : [webhookUrl()];
  return examine(access, row, { now: ctx.now, callbacks });
}

function nextStatus(row: IntegrationRow, { findings }: Findings): IntegrationStatus {
  if (row.status === "paused" && row.pauseReason === "operator") return "paused";
  const status = statusOfChecks(findings.map((finding) => finding.check));
  if (status === "verified") return status;
  if (row.status === "paused") return "paused";
  const isCertain =
    statusOfChecks(findings.map(({ check, isPassing }) => ({ ...check, ok: check.ok || isPassing }))) !== "verified";
  return row.status === "verified" && !isCertain ? "verified" : status;
}

/** Writes the findings, unless the integration was changed while Meta was asked: then they speak of what is no more. */
async function keep(
  ctx: Ctx,
  row: IntegrationRow,
  found: Findings,
): Promise<{ status: IntegrationStatus; checks: IntegrationCheck[] }> {
  const { token, number } = found;
  return inTransaction(ctx, async (tx) => {
    const proven = found.findings.map((finding) => finding.check);
    const isProven = statusOfChecks(proven) === "verified";
    const isTaken = isProven && row.verifiedAt === null && !(await claimNumber(tx, row));
    const checks = isTaken ? proven.map((check) => (check.name === "phone_number" ? numberTaken() : check)) : proven;
    const status = isTaken ? (row.status === "paused" ? "paused" : "failed") : nextStatus(row, found);
    const [kept] = await tx.db
      .update(integrations)
      .set({
        checks,
        checkedAt: tx.now,
        updatedAt: tx.now,
        status,
        ...(isProven && !isTaken && row.verifiedAt === null && { verifiedAt: tx.now }),
        ...(status !== "paused" && { pauseReason: null, pauseErrorCode: null, pausedAt: null, pausedBy: null }),
        ...(token?.expiresAt !== undefined && { tokenExpiresAt: token.expiresAt }),
        ...(row.appId === null && token?.appId && { appId: token.appId }),
        ...(number && {
          displayPhoneNumber: number.displayPhoneNumber ?? null,
          verifiedName: number.verifiedName ?? null,
          qualityRating: number.qualityRating ?? null,
          messagingLimitTier: number.messagingLimit === undefined ? null : String(number.messagingLimit),
          throughputLevel: number.throughputLevel ?? null,
          onBusinessApp: number.isOnBizApp ?? false,
        }),
      })
      .where(
        and(
          eq(integrations.organizationId, tx.organizationId),
          eq(integrations.id, row.id),
          eq(integrations.updatedAt, row.updatedAt),
          isNull(integrations.deletedAt),
        ),
      )
      .returning({ id: integrations.id });
    if (!kept) return { status: (await getIntegrationRow(tx, row.id)).status, checks };
    const failed = checks.filter((check) => !check.ok).map((check) => check.name);
    await audit(tx, "integration.tested", { type: "integration", id: row.id }, { status, failed });
    await announce(tx.db, tx.organizationId, ["integrations"]);
    return { status, checks };
  });
}
