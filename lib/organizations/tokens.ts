import "server-only";
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import { apiTokens } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { newToken, sha256 } from "@/lib/crypto";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { covers } from "./permissions";
import type { ApiToken, CreateApiToken, CreatedApiToken } from "./schema";

const HINT_LENGTH = 10;

/** The organization's tokens that were not revoked, newest first. Expired ones are shown, so that people see why a program stopped. */
export async function listApiTokens(ctx: Ctx, query: PageQuery): Promise<Page<ApiToken>> {
  const rows = await ctx.db
    .select()
    .from(apiTokens)
    .where(
      and(
        eq(apiTokens.organizationId, ctx.organizationId),
        isNull(apiTokens.revokedAt),
        query.cursor ? lt(apiTokens.id, query.cursor) : undefined,
      ),
    )
    .orderBy(desc(apiTokens.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, toApiToken);
}

/** Makes a token and shows it this one time. Nobody hands out more than they hold themselves. */
export async function createApiToken(ctx: Ctx, input: CreateApiToken): Promise<CreatedApiToken> {
  if (!covers(ctx.scopes, input.scopes)) throw new AppError("forbidden", "A token cannot hold more permissions than you do");
  const token = newToken("dese");
  const expiresAt = input.expiresInDays ? new Date(ctx.now.getTime() + input.expiresInDays * 86_400_000) : null;
  const row = await inTransaction(ctx, async (tx) => {
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
  return { ...toApiToken(row), token };
}

/** Ends a token at once and for good. */
export async function revokeApiToken(ctx: Ctx, id: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [revoked] = await tx.db
      .update(apiTokens)
      .set({ revokedAt: ctx.now })
      .where(and(eq(apiTokens.organizationId, ctx.organizationId), eq(apiTokens.id, id), isNull(apiTokens.revokedAt)))
      .returning();
    if (!revoked) throw new AppError("not_found", "There is no such API token");
    await audit(tx, "token.revoked", { type: "token", id }, { name: revoked.name });
    await announce(tx.db, ctx.organizationId, ["organization"]);
  });
}

function toApiToken(row: typeof apiTokens.$inferSelect): ApiToken {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
