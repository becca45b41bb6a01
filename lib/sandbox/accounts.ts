import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { sandboxAccounts } from "@/db/schema/sandbox";
import type { Ctx } from "@/lib/ctx";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { displayNumber } from "./display-number";
import { DEFAULT_SANDBOX_SETTINGS } from "./schema";
import type { SandboxAccount } from "./store";

const APP_ID = "100000000000001";

/** Where this installation takes Meta's webhooks, as seen from itself. */
export function ownWebhookUrl(): string {
  const { PORT, PUBLIC_URL, VERCEL } = env();
  const origin = VERCEL && PUBLIC_URL ? PUBLIC_URL : `http://127.0.0.1:${PORT}`;
  return `${origin}/api/v1/crm/whatsapp/webhook`;
}

export type IntegrationAccount = SandboxAccount & { organizationId: string };

/** The stand-in's account of a sandbox integration; undefined when there is no such integration. */
export async function findSandboxAccount(db: Db, integrationId: string): Promise<IntegrationAccount | undefined> {
  const [row] = await db
    .select({ integration: integrations, account: sandboxAccounts })
    .from(integrations)
    .leftJoin(sandboxAccounts, eq(sandboxAccounts.integrationId, integrations.id))
    .where(and(eq(integrations.id, integrationId), integrations.sandbox, isNull(integrations.deletedAt)));
  if (!row) return undefined;
  const { integration } = row;
  if (!row.account) await registerAccount({ db, now: new Date() }, integration);
  const account = row.account ?? NEW_ACCOUNT;
  return {
    key: integration.id,
    organizationId: integration.organizationId,
    phoneNumberId: integration.phoneNumberId,
    businessAccountId: integration.businessAccountId,
    displayPhoneNumber: displayNumber(integration.id),
    verifiedName: integration.name,
    appId: integration.appId ?? APP_ID,
    accessToken: integration.accessToken,
    appSecret: integration.appSecret ?? "",
    verifyToken: integration.webhookVerifyToken,
    webhookUrl: ownWebhookUrl(),
    overrideUrl: account.overrideUrl,
    subscribed: account.subscribed,
    settings: { ...DEFAULT_SANDBOX_SETTINGS, ...account.settings },
  };
}

/** The same of the organization that asks. Throws `not_found`. */
export async function requireSandboxAccount(ctx: Ctx, integrationId: string): Promise<IntegrationAccount> {
  const account = await findSandboxAccount(ctx.db, integrationId);
  if (account?.organizationId !== ctx.organizationId)
    throw new AppError("not_found", "There is no sandbox integration with this id");
  return account;
}

const NEW_ACCOUNT = { overrideUrl: null, subscribed: true, settings: DEFAULT_SANDBOX_SETTINGS };

/** Gives an integration its account at the stand-in, unless it has one. Ids, token and secret are read from the integration each time. */
export async function registerAccount(
  { db, now }: Pick<Ctx, "db" | "now">,
  integration: { id: string; organizationId: string },
): Promise<void> {
  await db
    .insert(sandboxAccounts)
    .values({
      integrationId: integration.id,
      organizationId: integration.organizationId,
      settings: DEFAULT_SANDBOX_SETTINGS,
      createdAt: now,
    })
    .onConflictDoNothing();
}
