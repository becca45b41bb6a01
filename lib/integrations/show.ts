import "server-only";
import { tierAllowance } from "@/lib/whatsapp/tiers";
import { CURRENT_VERSION, checkVersion, effectiveVersion } from "@/lib/whatsapp/versions";
import { type IntegrationRow, readEndpoint } from "./access";
import { ratesOf } from "./rate";
import { openRefusals } from "./refused-signatures";
import type { Integration, Warning } from "./schema";
import { webhookUrl } from "./webhook";

const TOKEN_SOON_MS = 7 * 24 * 60 * 60 * 1000;

/** An integration as people may see it: no secret is in it. `extra` are warnings about the request that is being answered. */
export function toIntegration(row: IntegrationRow, now: Date, extra: readonly Warning[] = []): Integration {
  const endpoint = readEndpoint(row);
  const refusals = openRefusals(row);
  return {
    id: row.id,
    provider: row.provider,
    category: row.category,
    name: row.name,
    status: row.status,
    pauseReason: row.pauseReason,
    pauseErrorCode: row.pauseErrorCode,
    pausedAt: row.pausedAt?.toISOString() ?? null,
    pausedBy: row.pausedBy,
    verifiedAt: row.verifiedAt?.toISOString() ?? null,
    isDefault: row.isDefault,
    endpointUrl: row.endpointUrl,
    graphVersion: endpoint.ok ? effectiveVersion(endpoint.version, now) : CURRENT_VERSION,
    config: {
      sandbox: row.sandbox,
      phoneNumberId: row.phoneNumberId,
      businessAccountId: row.businessAccountId,
      appId: row.appId,
    },
    hasAppSecret: row.appSecret !== null,
    webhookUrl: webhookUrl(),
    phone: {
      displayPhoneNumber: row.displayPhoneNumber,
      verifiedName: row.verifiedName,
      qualityRating: row.qualityRating,
      messagingLimitTier: row.messagingLimitTier,
      allowance24h: allowanceOf(row),
      throughputLevel: row.throughputLevel,
    },
    ratePerSecond: ratesOf(row),
    checks: row.checks,
    checkedAt: row.checkedAt?.toISOString() ?? null,
    tokenExpiresAt: row.tokenExpiresAt?.toISOString() ?? null,
    templatesSyncedAt: row.templatesSyncedAt?.toISOString() ?? null,
    lastWebhookAt: row.lastWebhookAt?.toISOString() ?? null,
    refusedSignatures: refusals && {
      count: refusals.count,
      since: refusals.since.toISOString(),
      lastAt: refusals.lastAt.toISOString(),
    },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    warnings: [...extra, ...warningsOf(row, endpoint, now)],
  };
}

/** People a rolling 24 hours may reach outside their window; null when there is no limit or Meta has not told it. */
export function allowanceOf(row: Pick<IntegrationRow, "messagingLimitTier">): number | null {
  const allowance = tierAllowance(row.messagingLimitTier);
  return allowance !== null && Number.isFinite(allowance) ? allowance : null;
}

function warningsOf(row: IntegrationRow, endpoint: ReturnType<typeof readEndpoint>, now: Date): Warning[] {
  const warnings: Warning[] = [];
  if (!endpoint.ok) warnings.push({ code: "endpoint_not_allowed", message: endpoint.message });
  else warnings.push(...versionWarnings(endpoint.version, now));
  if (!row.sandbox && row.appSecret === null) {
    warnings.push({
      code: "app_secret_missing",
      message:
        "Without config.appSecret Meta's webhooks cannot be verified and are refused: no delivery status and no opt-out will arrive.",
    });
  }
  const refusals = openRefusals(row);
  if (refusals && row.appSecret !== null) {
    warnings.push({
      code: "signatures_refused",
      message: `${refusals.count} webhooks for this account were refused because of their signature and none was accepted after them: the saved app secret is most likely not the one of the app that sends them.`,
    });
  }
  if (row.tokenExpiresAt && row.tokenExpiresAt.getTime() - now.getTime() < TOKEN_SOON_MS) {
    const when = row.tokenExpiresAt.toISOString().slice(0, 10);
    const message = row.tokenExpiresAt > now ? `The access token expires on ${when}.` : `The access token expired on ${when}.`;
    warnings.push({ code: "token_expires", message });
  }
  return warnings;
}

function versionWarnings(version: string, now: Date): Warning[] {
  const { status, until } = checkVersion(version, now);
  const used = effectiveVersion(version, now);
  if (status === "expired") {
    const since = until ? ` on ${until.toISOString().slice(0, 10)}` : "";
    return [{ code: "graph_version_expired", message: `Graph ${version} expired${since}; calls are made with ${used}.` }];
  }
  if (status === "unknown")
    return [{ code: "graph_version_unknown", message: `Graph ${version} is not known here; calls are made with ${used}.` }];
  return [];
}
