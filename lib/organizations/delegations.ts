import "server-only";
import { and, asc, desc, eq, gt, isNull, or, type SQL, sql, TransactionRollbackError } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { apiTokens, links, memberships, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { stillStands } from "./authority";
import { covers, ROLE_SCOPES } from "./permissions";
import type { Delegations, Role, TokenFate } from "./schema";

type Token = typeof apiTokens.$inferSelect;
type Link = typeof links.$inferSelect;

/**
 * What ends when a member is removed (without `role`) or gets this role, or when a token is revoked: API tokens that they made, also
 * by other tokens of theirs, with the open invitations and password links of all of these. Nothing is changed.
 */
export async function listDelegations(ctx: Ctx, makerId: string, role?: Role): Promise<Delegations> {
  const tokens = await fallingTokens(ctx, makerId, role ? ROLE_SCOPES[role] : []);
  const byTokens = await openLinks(ctx, madeByAny(tokens));
  const byThem = await trial(ctx, async (tx) => {
    const mine = and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.userId, makerId));
    if (role) await tx.db.update(memberships).set({ role }).where(mine);
    else await tx.db.delete(memberships).where(mine);
    await tx.db
      .update(apiTokens)
      .set({ revokedAt: ctx.now })
      .where(and(eq(apiTokens.organizationId, ctx.organizationId), eq(apiTokens.id, makerId)));
    return fallenLinks(tx, eq(links.createdBy, makerId));
  });
  const names = await namesOf(ctx, [...byTokens, ...byThem]);
  return {
    tokens: tokens.map(({ id, name, hint, scopes, lastUsedAt }) => ({
      id,
      name,
      hint,
      scopes,
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    })),
    invitations: [...byThem, ...byTokens].flatMap(({ id, kind, email, role }) =>
      kind === "invitation" && role ? [{ id, email, role }] : [],
    ),
    passwordLinks: [...byThem, ...byTokens].flatMap(({ id, kind, userId: target, email }) =>
      kind === "password" && target ? [{ id, member: { id: target, name: names.get(target) ?? email } }] : [],
    ),
  };
}

/** Sees what would be so, by the rules themselves, and takes it back. */
async function trial<T>(ctx: Ctx, work: (tx: Ctx) => Promise<T>): Promise<T> {
  const seen: { value?: T } = {};
  await ctx.db
    .transaction(async (tx) => {
      seen.value = await work({ ...ctx, db: tx });
      tx.rollback();
    })
    .catch((error: unknown) => {
      if (!(error instanceof TransactionRollbackError)) throw error;
    });
  return seen.value as T;
}

async function namesOf(ctx: Ctx, rows: readonly Link[]): Promise<Map<string, string>> {
  const ids = rows.flatMap(({ userId }) => userId ?? []);
  const people = await ctx.db.select({ id: users.id, name: users.name }).from(users).where(anyOf(users.id, ids));
  return new Map(people.map(({ id, name }) => [id, name]));
}

/**
 * Ends what a person or token delegated beyond what they still hold, in the transaction that took the rest away. Tokens are revoked,
 * or become the asker's own when that is wished, which needs the asker to hold as much.
 */
export async function endDelegations(
  tx: Ctx,
  makerId: string,
  { held, tokens: fate, sparing }: { held: readonly string[]; tokens: TokenFate; sparing?: string },
): Promise<void> {
  const falling = (await fallingTokens(tx, makerId, held)).filter(({ id }) => id !== sparing);
  if (fate === "keep") await keepTokens(tx, makerId, falling);
  else await revokeTokens(tx, falling);
  await endLinks(tx, await openLinks(tx, madeByAny(falling)));
  await endFallenLinks(tx, eq(links.createdBy, makerId));
}

/** Ends open links of whom someone else's authority now falls short: after this person rose, or joined another organization. */
export async function endFallenLinksTo(tx: Ctx, userId: string): Promise<void> {
  await endFallenLinks(tx, and(eq(links.kind, "password"), eq(links.userId, userId)));
}

async function endFallenLinks(tx: Ctx, which: SQL | undefined): Promise<void> {
  await endLinks(tx, await fallenLinks(tx, which));
}

async function fallenLinks(ctx: Ctx, which: SQL | undefined): Promise<Link[]> {
  const fallen: Link[] = [];
  for (const link of await openLinks(ctx, which)) if (!(await stillStands(ctx.db, link, ctx.now))) fallen.push(link);
  return fallen;
}

function openLinks(ctx: Ctx, which: SQL | undefined): Promise<Link[]> {
  return ctx.db
    .select()
    .from(links)
    .where(and(isNull(links.usedAt), gt(links.expiresAt, ctx.now), which))
    .orderBy(desc(links.id));
}

async function endLinks(tx: Ctx, open: readonly Link[]): Promise<void> {
  const ids = open.map(({ id }) => id);
  await tx.db.update(links).set({ expiresAt: tx.now }).where(anyOf(links.id, ids));
  for (const { id, kind, email, userId, organizationId } of open) {
    if (!organizationId) continue;
    const there = { ...tx, organizationId };
    if (kind === "invitation") await audit(there, "invitation.ended", { type: "invitation", id }, { email });
    else if (userId) await audit(there, "member.password_link_ended", { type: "user", id: userId });
  }
}

function madeByAny(tokens: readonly Token[]): SQL {
  return anyOf(
    links.createdBy,
    tokens.map(({ id }) => id),
  );
}

async function revokeTokens(tx: Ctx, tokens: readonly Token[]): Promise<void> {
  for (const { id, name, organizationId } of tokens) {
    await tx.db.update(apiTokens).set({ revokedAt: tx.now }).where(eq(apiTokens.id, id));
    await audit({ ...tx, organizationId }, "token.revoked", { type: "token", id }, { name });
  }
}

async function keepTokens(tx: Ctx, makerId: string, tokens: readonly Token[]): Promise<void> {
  if (tokens.length > 0 && tx.actor.id === makerId)
    throw new AppError(
      "conflict",
      "Your own API tokens can only be kept by someone who stays. Ask them to take this role from you.",
    );
  for (const { id, name, scopes } of tokens) {
    if (!covers(tx.scopes, scopes))
      throw new AppError("forbidden", `You cannot keep the token ${name}: it holds more permissions than you do`);
    await tx.db
      .update(apiTokens)
      .set({ createdBy: id === tx.actor.id ? null : tx.actor.id })
      .where(eq(apiTokens.id, id));
    await audit(tx, "token.kept", { type: "token", id }, { name, madeBy: makerId });
  }
}

async function fallingTokens(ctx: Ctx, makerId: string, held: readonly string[]): Promise<Token[]> {
  return (await tokensMadeBy(ctx.db, makerId, ctx)).filter(({ scopes }) => !covers(held, scopes));
}

/** Live tokens that a person or token made, and those that these made, in one organization or in all. */
async function tokensMadeBy(
  db: Db,
  makerId: string,
  { organizationId, now }: { organizationId?: string; now: Date },
): Promise<Token[]> {
  // A token that was revoked may have made one that lives.
  const chain = await db.execute<{ id: string }>(sql`
    with recursive made(id) as (
      select ${apiTokens.id} from ${apiTokens} where ${apiTokens.createdBy} = ${makerId}
      union
      select child.id from ${apiTokens} child join made on child.created_by = made.id
    ) select id from made`);
  const ids = chain.map(({ id }) => id);
  if (ids.length === 0) return [];
  return db
    .select()
    .from(apiTokens)
    .where(
      and(
        anyOf(apiTokens.id, ids),
        isNull(apiTokens.revokedAt),
        or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, now)),
        organizationId ? eq(apiTokens.organizationId, organizationId) : undefined,
      ),
    )
    .orderBy(asc(apiTokens.id));
}

/** Ends everything that a person delegated anywhere: they turned out not to be who they said. Answers the names of their tokens. */
export async function endAllDelegations(tx: Ctx, userId: string): Promise<string[]> {
  const tokens = await tokensMadeBy(tx.db, userId, { now: tx.now });
  await revokeTokens(tx, tokens);
  await endLinks(tx, await openLinks(tx, or(eq(links.createdBy, userId), madeByAny(tokens))));
  return tokens.map(({ name }) => name);
}
