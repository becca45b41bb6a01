import "server-only";
import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { integrations } from "@/db/schema/integrations";
import type { Ctx } from "@/lib/ctx";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { sandboxDownload, sandboxTransport } from "@/lib/sandbox/transport";
import { parseEndpoint } from "@/lib/whatsapp/endpoint";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { appSecretProof } from "@/lib/whatsapp/graph-edge";
import { effectiveVersion } from "@/lib/whatsapp/versions";

export type IntegrationRow = typeof integrations.$inferSelect;

/**
 * What a call to Graph needs. The only place where an access token is taken from its row for use. A sandbox integration
 * talks to the built-in stand-in and never to the network. Throws `validation_failed` when the address is no longer allowed.
 */
export function graphAccess(ctx: Pick<Ctx, "db" | "now">, row: IntegrationRow): GraphAccess {
  const endpoint = readEndpoint(row);
  if (!endpoint.ok) throw new AppError("validation_failed", endpoint.message);
  return {
    baseUrl: endpoint.baseUrl,
    version: effectiveVersion(endpoint.version, ctx.now),
    accessToken: row.accessToken,
    ...(row.appSecret ? { appSecretProof: appSecretProof(row.accessToken, row.appSecret) } : {}),
    ...(row.sandbox ? { transport: sandboxTransport(ctx.db, row.id), download: sandboxDownload(ctx.db, row.id) } : {}),
  };
}

/** Meta's own address is always good for a sandbox: nothing leaves the process, and the guide's body must work wherever it is pasted. */
export function readEndpoint(row: Pick<IntegrationRow, "endpointUrl" | "sandbox">): ReturnType<typeof parseEndpoint> {
  const allowed = env().GRAPH_ALLOWED_HOSTS;
  return parseEndpoint(row.endpointUrl, row.sandbox ? `graph.facebook.com,${allowed}` : allowed);
}

type Account = Pick<IntegrationRow, "businessAccountId" | "sandbox">;

/**
 * The WhatsApp account whose templates an integration uses. The guide's ids may name an account of the stand-in today and the
 * real one tomorrow, in the same organization: the two never share anything.
 */
export function accountOf(row: Account): string {
  return row.sandbox ? `${SANDBOX_ACCOUNT}${row.businessAccountId}` : row.businessAccountId;
}

const SANDBOX_ACCOUNT = "sandbox:";

/** The id that Meta, or the stand-in, gave to the account of an `accountOf`. */
export function metaAccountId(account: string): string {
  return account.startsWith(SANDBOX_ACCOUNT) ? account.slice(SANDBOX_ACCOUNT.length) : account;
}

/** Of a column that holds `accountOf`: the account is one at Meta. */
export function ofRealAccount(column: AnyPgColumn): SQL {
  return sql`${column} not like ${`${SANDBOX_ACCOUNT}%`}`;
}

/** Meta's messaging limit belongs to a portfolio, which Graph does not name; the numbers of one account share one at least. */
export function portfolioOf(row: Account): string {
  return accountOf(row);
}

/** The integration with this id, or the default one. Throws `not_found`, and `integration_not_verified` when there is none yet. */
export async function getIntegrationOrDefault(ctx: Ctx, id: string | undefined): Promise<IntegrationRow> {
  if (id !== undefined) return getIntegrationRow(ctx, id);
  const [row] = await ctx.db
    .select()
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), integrations.isDefault, isNull(integrations.deletedAt)));
  if (!row) throw new AppError("integration_not_verified", "No integration is connected");
  return row;
}

/** An integration through which an account (`accountOf`) is reached; verified ones first. */
export async function getIntegrationOf(ctx: Ctx, account: string): Promise<IntegrationRow> {
  const sandbox = account.startsWith(SANDBOX_ACCOUNT);
  const [row] = await ctx.db
    .select()
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        eq(integrations.businessAccountId, metaAccountId(account)),
        eq(integrations.sandbox, sandbox),
        isNull(integrations.deletedAt),
      ),
    )
    .orderBy(sql`${integrations.status} = 'verified' desc`, integrations.id)
    .limit(1);
  if (!row) throw new AppError("conflict", "No integration reaches the account of this template any more");
  return row;
}

/** An integration of the organization. Deleted ones and those of others are `not_found`. */
export async function getIntegrationRow(ctx: Ctx, id: string): Promise<IntegrationRow> {
  const [row] = await ctx.db
    .select()
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), eq(integrations.id, id), isNull(integrations.deletedAt)));
  if (!row) throw new AppError("not_found", "There is no integration with this id");
  return row;
}
