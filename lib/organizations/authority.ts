import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { apiTokens, type links, memberships } from "@/db/schema/organizations";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { allows, covers, ROLE_SCOPES } from "./permissions";
import type { Role } from "./schema";

type Link = typeof links.$inferSelect;

/**
 * What people hold, and what they hand out by it (tokens, invitations, links), change one after the other: first in every transaction
 * that does either, before anything is judged. One lock for all organizations, since a password opens all of a person's.
 */
export async function lockAuthority(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('authority', 0))`);
}

/** The same in the name of an asker. Throws `forbidden` when they hold less now than when their request was let in. */
export async function holdAuthority(tx: Ctx): Promise<void> {
  await lockAuthority(tx.db);
  if (tx.actor.type !== "user" && tx.actor.type !== "token") return;
  const held =
    tx.actor.type === "user"
      ? await scopesOfMember(tx.db, tx.organizationId, tx.actor.id)
      : await scopesOfToken(tx.db, tx.organizationId, tx.actor.id, tx.now);
  if (!held || !covers(held, tx.scopes)) throw new AppError("forbidden", "What you may do here has just been changed");
}

/** Throws `forbidden` when the asker may not put anyone into this role: nobody gives more than they hold, and only an owner makes owners. */
export async function requireMayGrant(ctx: Ctx, role: Role): Promise<void> {
  if (!covers(ctx.scopes, ROLE_SCOPES[role]))
    throw new AppError("forbidden", `You cannot give the role ${role}: it may do more than you`);
  if (role === "owner") await requireOwner(ctx);
}

/** Throws `forbidden` when the asker may not take this role away: whoever could not give it does not take it either. */
export async function requireMayTake(ctx: Ctx, role: Role): Promise<void> {
  if (!covers(ctx.scopes, ROLE_SCOPES[role]))
    throw new AppError("forbidden", `You cannot take the role ${role} away: it may do more than you`);
  if (role === "owner") await requireOwner(ctx);
}

async function requireOwner(ctx: Ctx): Promise<void> {
  if (ctx.actor.type === "system") return;
  if ((await roleIn(ctx, ctx.organizationId)) !== "owner")
    throw new AppError("forbidden", "Only an owner makes or unmakes owners");
}

/**
 * The person at the beginning of a chain of tokens that made tokens; the asker themselves when it is a person. Null when nobody knows.
 */
export async function personBehind(ctx: Ctx): Promise<string | null> {
  if (ctx.actor.type === "user") return ctx.actor.id;
  const chain = await ctx.db.execute<{ id: string }>(sql`
    with recursive made(id) as (
      select ${ctx.actor.id}::text
      union
      select t.created_by from ${apiTokens} t join made on t.id = made.id where t.created_by is not null
    ) select id from made`);
  return chain.map(({ id }) => id).find((id) => id.startsWith("usr_")) ?? null;
}

/**
 * Throws `forbidden` unless the asker stands at least as high as this person in every organization of theirs: a password or a
 * second factor opens them all.
 */
export async function requireAuthorityOver(ctx: Ctx, userId: string): Promise<void> {
  if (ctx.actor.type === "system") return;
  for (const { organizationId, role } of await ctx.db.select().from(memberships).where(eq(memberships.userId, userId))) {
    const isHere = organizationId === ctx.organizationId;
    if (ctx.actor.type === "token" && isHere && role !== "owner" && covers(ctx.scopes, ROLE_SCOPES[role])) continue;
    const mine = await roleIn(ctx, organizationId);
    if (mine === "owner" || (mine === "admin" && role !== "owner")) continue;
    const reason = isHere
      ? "Only someone who may do as much as this person does this for them"
      : "This person also belongs to an organization that you do not administer. Whoever runs the server can help: npm run reset-password";
    throw new AppError("forbidden", reason);
  }
}

/** The asker's role; null for programs and for people of elsewhere. */
async function roleIn(ctx: Ctx, organizationId: string): Promise<Role | null> {
  if (ctx.actor.type !== "user") return null;
  const [row] = await ctx.db
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.organizationId, organizationId), eq(memberships.userId, ctx.actor.id)));
  return row?.role ?? null;
}

/** The organization's owners; they stay so until the transaction that holds the authority ends. */
export async function listOwners(ctx: Ctx): Promise<string[]> {
  const rows = await ctx.db
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.role, "owner")))
    .orderBy(asc(memberships.userId));
  return rows.map((row) => row.userId);
}

/** True while whoever made the link could still make it: their role today, and the target's role today. */
export async function stillStands(db: Db, link: Link, now: Date): Promise<boolean> {
  const maker = await makerOf(db, link, now);
  if (!maker || !allows(maker.scopes, "members:write")) return false;
  try {
    if (link.kind === "invitation" && link.role) await requireMayGrant(maker, link.role);
    if (link.kind === "password" && link.userId) await requireAuthorityOver(maker, link.userId);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** The maker of a link with what they hold now; null when they hold nothing any more. What the server made itself always stands. */
async function makerOf(db: Db, { createdBy, organizationId }: Link, now: Date): Promise<Ctx | null> {
  const isUser = createdBy?.startsWith("usr_");
  if (!createdBy || (!isUser && !createdBy.startsWith("tok_"))) return systemCtx(db, organizationId ?? "");
  if (!organizationId) return null;
  const scopes = isUser
    ? await scopesOfMember(db, organizationId, createdBy)
    : await scopesOfToken(db, organizationId, createdBy, now);
  const type = isUser ? ("user" as const) : ("token" as const);
  return scopes && { ...systemCtx(db, organizationId), actor: { type, id: createdBy, name: "" }, scopes, now };
}

async function scopesOfMember(db: Db, organizationId: string, userId: string): Promise<readonly string[] | null> {
  const [row] = await db
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.organizationId, organizationId), eq(memberships.userId, userId)));
  return row ? ROLE_SCOPES[row.role] : null;
}

async function scopesOfToken(db: Db, organizationId: string, id: string, now: Date): Promise<readonly string[] | null> {
  const [row] = await db
    .select()
    .from(apiTokens)
    .where(and(eq(apiTokens.organizationId, organizationId), eq(apiTokens.id, id)));
  const isAlive = row && !row.revokedAt && (!row.expiresAt || row.expiresAt > now);
  return isAlive ? row.scopes : null;
}
