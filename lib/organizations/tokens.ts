import "server-only";
import { and, desc, eq, getTableColumns, isNull, lt, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { apiTokens, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { newToken, sha256 } from "@/lib/crypto";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { requireRoom } from "@/lib/quotas";
import { holdAuthority } from "./authority";
import { endDelegations, listDelegations } from "./delegations";
import { covers } from "./permissions";
import type { ApiToken, ApiTokenWithDelegations, CreateApiToken, CreatedApiToken, RevokeApiToken } from "./schema";

const HINT_LENGTH = 10;
const parents = alias(apiTokens, "parents");

/** The organization's tokens that were not revoked, newest first. Expired ones are shown, so that people see why a program stopped. */
export async function listApiTokens(ctx: Ctx, query: PageQuery): Promise<Page<ApiToken>> {
  const rows = await readTokens(ctx, query.cursor ? lt(apiTokens.id, query.cursor) : undefined).limit(query.limit + 1);
  return toPage(rows, query.limit, toApiToken);
}

/** Makes a token and shows it this one time. Nobody hands out more than they hold themselves. */
export async function createApiToken(ctx: Ctx, input: CreateApiToken): Promise<CreatedApiToken> {
  if (!covers(ctx.scopes, input.scopes)) throw new AppError("forbidden", "A token cannot hold more permissions than you do");
  const token = newToken("dese");
  const expiresAt = input.expiresInDays ? new Date(ctx.now.getTime() + input.expiresInDays * 86_400_000) : null;
  const row = await inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
    await requireRoom(tx.db, "tokens", ctx.organizationId, () => tx.db.$count(apiTokens, isLive(ctx)));
    const [created] = await tx.db
      .insert(apiTokens)
      .values({
        id: newId("tok", ctx.now.getTime()),
        organizationId: ctx.organizationId,
        name: input.name,
        tokenHash: sha256(token),
        hint: token.slice(0, HINT_LENGTH),
        scopes: [...new Set(input.scopes)],
        createdBy: ctx.actor.id,
        createdAt: ctx.now,
        expiresAt,
      })
      .returning();
    if (!created) throw new Error("The token was not stored.");
    await audit(
      tx,
      "token.created",
      { type: "token", id: created.id },
      { name: created.name, scopes: created.scopes, expiresAt },
    );
    await announce(tx.db, ctx.organizationId, ["organization"]);
    return created;
  });
  return { ...toApiToken({ ...row, makerName: ctx.actor.name }), token };
}

/**
 * Ends a token at once and for good, with the invitations, links and further tokens that were made with it; these the asker may
 * keep as their own. Only someone who holds as much revokes a token, or the token itself; a token does not end the one it calls with.
 */
export async function revokeApiToken(ctx: Ctx, id: string, { tokens = "revoke" }: RevokeApiToken = {}): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
    const [revoked] = await tx.db
      .update(apiTokens)
      .set({ revokedAt: ctx.now })
      .where(and(isLive(ctx), eq(apiTokens.id, id)))
      .returning();
    if (!revoked) throw new AppError("not_found", "There is no such API token");
    if (id !== ctx.actor.id && !covers(ctx.scopes, revoked.scopes))
      throw new AppError("forbidden", "You cannot revoke a token that holds more permissions than you do");
    await audit(tx, "token.revoked", { type: "token", id }, { name: revoked.name });
    await endDelegations(tx, id, { held: [], tokens, sparing: ctx.actor.id });
    await announce(tx.db, ctx.organizationId, ["organization"]);
  });
}

/** A token as it stands, and what ends with it. */
export async function getApiToken(ctx: Ctx, id: string): Promise<ApiTokenWithDelegations> {
  const [row] = await readTokens(ctx, eq(apiTokens.id, id)).limit(1);
  if (!row) throw new AppError("not_found", "There is no such API token");
  return { ...toApiToken(row), ...(await listDelegations(ctx, id)) };
}

/** The organization's tokens that were not revoked, with the name of who made each. */
function readTokens(ctx: Ctx, which: SQL | undefined) {
  return ctx.db
    .select({ ...getTableColumns(apiTokens), makerName: sql<string | null>`coalesce(${users.name}, ${parents.name})` })
    .from(apiTokens)
    .leftJoin(users, eq(users.id, apiTokens.createdBy))
    .leftJoin(parents, and(eq(parents.id, apiTokens.createdBy), eq(parents.organizationId, ctx.organizationId)))
    .where(and(isLive(ctx), which))
    .orderBy(desc(apiTokens.id));
}

function isLive(ctx: Ctx) {
  return and(eq(apiTokens.organizationId, ctx.organizationId), isNull(apiTokens.revokedAt));
}

function toApiToken(row: typeof apiTokens.$inferSelect & { makerName: string | null }): ApiToken {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    createdBy: row.createdBy ? { id: row.createdBy, name: row.makerName } : null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
