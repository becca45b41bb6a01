import "server-only";
import { randomBytes, randomInt } from "node:crypto";
import { and, desc, eq, isNull, lt, ne } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { organizations } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { newToken } from "@/lib/crypto";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { laterThan, requireUnchanged } from "@/lib/http/unchanged";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { requireRoom } from "@/lib/quotas";
import { wake } from "@/lib/wake";
import { getIntegrationRow, type IntegrationRow, readEndpoint } from "./access";
import { requireOwnNumberFree } from "./claim";
import { pauseIntegration, resumeIntegration, TOKEN_PAUSES } from "./pause";
import { ratesOf } from "./rate";
import { NO_REFUSALS } from "./refused-signatures";
import type { CreateIntegration, Integration, UpdateIntegration, Warning, WebhookValues } from "./schema";
import { toIntegration } from "./show";
import { verifyTokenIndex, webhookUrl } from "./webhook";

/** Newest first. */
export async function listIntegrations(ctx: Ctx, page: PageQuery): Promise<Page<Integration>> {
  const rows = await ctx.db
    .select()
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        isNull(integrations.deletedAt),
        page.cursor ? lt(integrations.id, page.cursor) : undefined,
      ),
    )
    .orderBy(desc(integrations.id))
    .limit(page.limit + 1);
  return toPage(rows, page.limit, (row) => toIntegration(row, ctx.now));
}

export async function getIntegration(ctx: Ctx, id: string): Promise<Integration> {
  return toIntegration(await getIntegrationRow(ctx, id), ctx.now);
}

/**
 * Connects a number. It is `unverified` until it was tested, and only then the organization's: what others claim or hold is not
 * told. The organization's first integration becomes its default. Throws `conflict` when the organization itself has the number.
 */
export async function createIntegration(ctx: Ctx, input: CreateIntegration): Promise<Integration> {
  const ids = chooseIds(input);
  requireEndpoint({ endpointUrl: input.endpointUrl, sandbox: input.config.sandbox });
  const { sandbox } = input.config;
  const verifyToken = input.config.webhookVerifyToken ?? newToken("verify");
  const row = await inTransaction(ctx, async (tx) => {
    await holdDefault(tx);
    const present = and(eq(integrations.organizationId, tx.organizationId), isNull(integrations.deletedAt));
    await requireRoom(tx.db, "integrations", tx.organizationId, () => tx.db.$count(integrations, present));
    if (!sandbox) await requireOwnNumberFree(tx, ids.phoneNumberId);
    const isDefault = await shiftDefault(tx, input.isDefault ?? false);
    const [added] = await tx.db
      .insert(integrations)
      .values({
        id: newId("int"),
        organizationId: tx.organizationId,
        name: input.name ?? (sandbox ? "WhatsApp sandbox" : "WhatsApp"),
        provider: input.provider,
        category: input.category,
        sandbox,
        endpointUrl: input.endpointUrl,
        ...ids,
        appId: input.config.appId ?? (sandbox ? inventId() : null),
        accessToken: input.apiKey,
        appSecret: input.config.appSecret ?? (sandbox ? randomBytes(16).toString("hex") : null),
        webhookVerifyToken: verifyToken,
        webhookVerifyTokenIndex: verifyTokenIndex(verifyToken),
        isDefault,
        createdAt: tx.now,
        updatedAt: tx.now,
      })
      .returning();
    if (!added) throw new Error("An integration could not be stored.");
    await audit(tx, "integration.created", { type: "integration", id: added.id }, { name: added.name, sandbox });
    await announce(tx.db, tx.organizationId, ["integrations"]);
    return added;
  });
  return toIntegration(row, ctx.now);
}

/** The guide gives the phone number id twice, as `apiSecret` and in `config`: either alone will do, but they must agree. */
function chooseIds({ apiSecret, config }: CreateIntegration): { phoneNumberId: string; businessAccountId: string } {
  if (apiSecret !== undefined && config.phoneNumberId !== undefined && apiSecret !== config.phoneNumberId) {
    throw new AppError("validation_failed", "apiSecret and config.phoneNumberId name different phone numbers", {
      details: [{ path: "apiSecret", message: "Must be the same as config.phoneNumberId, or be left out" }],
    });
  }
  const phoneNumberId = config.phoneNumberId ?? apiSecret ?? (config.sandbox ? inventId() : undefined);
  const businessAccountId = config.businessAccountId ?? (config.sandbox ? inventId() : undefined);
  if (phoneNumberId !== undefined && businessAccountId !== undefined) return { phoneNumberId, businessAccountId };
  throw new AppError("validation_failed", undefined, {
    details: [
      ...(phoneNumberId === undefined ? [{ path: "config.phoneNumberId", message: "The phone number id is missing" }] : []),
      ...(businessAccountId === undefined
        ? [{ path: "config.businessAccountId", message: "The WhatsApp Business Account id is missing" }]
        : []),
    ],
  });
}

/** An id that looks like Meta's, for the stand-in. */
function inventId(): string {
  return `9${Array.from({ length: 14 }, () => randomInt(10)).join("")}`;
}

function requireEndpoint(row: Pick<IntegrationRow, "endpointUrl" | "sandbox">): string {
  const endpoint = readEndpoint(row);
  if (endpoint.ok) return endpoint.baseUrl;
  throw new AppError("validation_failed", endpoint.message, { details: [{ path: "endpointUrl", message: endpoint.message }] });
}

/** One change of the default at a time in an organization. */
async function holdDefault(ctx: Ctx): Promise<void> {
  await ctx.db
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId))
    .for("no key update");
}

/** Whether a new integration is to be the default: when asked, or when there is none. The present one steps back. */
async function shiftDefault(ctx: Ctx, wanted: boolean): Promise<boolean> {
  const present = and(
    eq(integrations.organizationId, ctx.organizationId),
    integrations.isDefault,
    isNull(integrations.deletedAt),
  );
  if (wanted) {
    await ctx.db.update(integrations).set({ isDefault: false }).where(present);
    return true;
  }
  const rows = await ctx.db.select({ id: integrations.id }).from(integrations).where(present);
  return rows.length === 0;
}

/**
 * Changes what is named. New credentials, another account or another host must be tested again; a better token also ends a
 * pause that a bad one caused.
 */
export async function updateIntegration(ctx: Ctx, id: string, input: UpdateIntegration): Promise<Integration> {
  const warnings: Warning[] = [];
  const row = await inTransaction(ctx, async (tx) => {
    await holdDefault(tx);
    const before = await getIntegrationRow(tx, id);
    const { paused, updatedAt, ...fields } = input;
    if (input.phoneNumberId !== undefined && input.phoneNumberId !== before.phoneNumberId)
      await requireCorrectable(tx, before, input.phoneNumberId);
    if (Object.keys(fields).length > 0) {
      await requireUnchanged(before.updatedAt, updatedAt, async () => toIntegration(before, tx.now, []));
      if (input.isDefault) await shiftDefault(tx, true);
      await tx.db
        .update(integrations)
        .set({
          ...columnsOf(before, input, warnings),
          ...statusAfter(before, input),
          updatedAt: laterThan(before.updatedAt, tx.now),
        })
        .where(and(eq(integrations.organizationId, tx.organizationId), eq(integrations.id, id)));
      await audit(tx, "integration.updated", { type: "integration", id }, { fields: Object.keys(fields) });
      await announce(tx.db, tx.organizationId, ["integrations"]);
    }
    if (paused === true) await pauseIntegration(tx, id, "operator");
    if (paused === false) await resumeIntegration(tx, id);
    return getIntegrationRow(tx, id);
  });
  if (row.status === "verified") wake({ kind: "messages", integrationId: id, organizationId: ctx.organizationId });
  return toIntegration(row, ctx.now, warnings);
}

/** A mistyped number can be corrected. One that was verified has a history: another number is another integration. */
async function requireCorrectable(ctx: Ctx, before: IntegrationRow, phoneNumberId: string): Promise<void> {
  if (before.verifiedAt !== null) {
    throw new AppError("conflict", "The number of this integration was verified: connect another number as another integration", {
      details: [{ path: "phoneNumberId", message: "Verified numbers stay" }],
    });
  }
  if (!before.sandbox) await requireOwnNumberFree(ctx, phoneNumberId);
}

type Columns = Partial<typeof integrations.$inferInsert>;

function columnsOf(before: IntegrationRow, input: UpdateIntegration, warnings: Warning[]): Columns {
  if (input.endpointUrl !== undefined) requireEndpoint({ endpointUrl: input.endpointUrl, sandbox: before.sandbox });
  const { limit } = ratesOf(before);
  const rate = input.ratePerSecond;
  if (typeof rate === "number" && rate > limit) {
    warnings.push({
      code: "rate_capped",
      message: `Meta carries ${limit} messages a second for this number; the rate was set to ${limit}.`,
    });
  }
  const account = input.businessAccountId;
  return {
    ...(input.name !== undefined && { name: input.name }),
    ...(input.apiKey !== undefined && { accessToken: input.apiKey, tokenExpiresAt: null }),
    ...(input.endpointUrl !== undefined && { endpointUrl: input.endpointUrl }),
    ...(input.isDefault && { isDefault: true }),
    ...(rate !== undefined && { ratePerSecond: rate === null ? null : Math.min(rate, limit) }),
    ...(input.appId !== undefined && { appId: input.appId }),
    ...(input.appSecret !== undefined && { appSecret: input.appSecret, ...NO_REFUSALS }),
    ...(input.phoneNumberId !== undefined && { phoneNumberId: input.phoneNumberId }),
    ...(input.webhookVerifyToken !== undefined && {
      webhookVerifyToken: input.webhookVerifyToken,
      webhookVerifyTokenIndex: verifyTokenIndex(input.webhookVerifyToken),
    }),
    ...(account !== undefined && {
      businessAccountId: account,
      ...(account !== before.businessAccountId && { templatesSyncedAt: null }),
    }),
  };
}

function statusAfter(before: IntegrationRow, input: UpdateIntegration): Columns {
  const isAnother =
    input.apiKey !== undefined ||
    (input.appSecret !== undefined && before.pauseReason === "app_secret") ||
    (input.phoneNumberId !== undefined && input.phoneNumberId !== before.phoneNumberId) ||
    (input.businessAccountId !== undefined && input.businessAccountId !== before.businessAccountId) ||
    (input.endpointUrl !== undefined && hostOf(input.endpointUrl) !== hostOf(before.endpointUrl));
  if (!isAnother) return {};
  const staysPaused = before.status === "paused" && !(before.pauseReason && TOKEN_PAUSES.includes(before.pauseReason));
  const untested: Columns = { checks: [], checkedAt: null };
  if (staysPaused) return untested;
  return { ...untested, status: "unverified", pauseReason: null, pauseErrorCode: null, pausedAt: null, pausedBy: null };
}

function hostOf(endpointUrl: string): string | null {
  return URL.canParse(endpointUrl) ? new URL(endpointUrl).origin : null;
}

/** What to copy into Meta's webhook form. */
export async function getWebhookValues(ctx: Ctx, id: string): Promise<WebhookValues> {
  const row = await getIntegrationRow(ctx, id);
  return { url: webhookUrl(), verifyToken: row.webhookVerifyToken };
}

/**
 * After the default was removed, another of its own kind takes its place, the oldest. Never one of the other kind: messages
 * meant for the sandbox must not reach people, and those meant for people must not end in the sandbox.
 */
export async function promoteDefault(ctx: Ctx, removed: Pick<IntegrationRow, "id" | "sandbox">): Promise<void> {
  const [next] = await ctx.db
    .select({ id: integrations.id })
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        ne(integrations.id, removed.id),
        eq(integrations.sandbox, removed.sandbox),
        isNull(integrations.deletedAt),
      ),
    )
    .orderBy(integrations.id)
    .limit(1);
  if (next)
    await ctx.db
      .update(integrations)
      .set({ isDefault: true })
      .where(and(eq(integrations.organizationId, ctx.organizationId), eq(integrations.id, next.id)));
}
