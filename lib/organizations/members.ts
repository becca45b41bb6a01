import "server-only";
import { and, asc, eq, gt } from "drizzle-orm";
import { memberships, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { announce } from "@/lib/live";
import { DAY_MS } from "@/lib/time";
import { createLink } from "./links";
import { covers, ROLE_SCOPES } from "./permissions";
import type { Member, OneTimeLink, Role } from "./schema";

const PASSWORD_LINK_MS = DAY_MS;

type MemberRow = { user: typeof users.$inferSelect; membership: typeof memberships.$inferSelect };

/** In the order in which they were first added to the installation. */
export async function listMembers(ctx: Ctx, query: PageQuery): Promise<Page<Member>> {
  const rows = await ctx.db
    .select({ user: users, membership: memberships })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.organizationId, ctx.organizationId), query.cursor ? gt(users.id, query.cursor) : undefined))
    .orderBy(asc(users.id))
    .limit(query.limit + 1);
  return toPage(
    rows.map((row) => ({ id: row.user.id, ...row })),
    query.limit,
    toMember,
  );
}

/** Gives a member another role. Only an owner makes or unmakes owners, and one owner always stays. */
export async function updateMember(ctx: Ctx, userId: string, { role }: { role: Role }): Promise<Member> {
  return inTransaction(ctx, async (tx) => {
    const owners = await lockOwners(tx);
    const before = await getMember(tx, userId);
    await requireMayGrant(tx, role);
    if (before.membership.role === "owner" && role !== "owner") await requireMayUnmakeOwner(tx, owners);
    const membership = { ...before.membership, role };
    await tx.db
      .update(memberships)
      .set({ role })
      .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.userId, userId)));
    await audit(tx, "member.role_changed", { type: "user", id: userId }, { from: before.membership.role, to: role });
    await announce(tx.db, ctx.organizationId, ["organization"]);
    return toMember({ user: before.user, membership });
  });
}

/** Takes a person out of the organization at once: their next request is refused. What they made stays. */
export async function removeMember(ctx: Ctx, userId: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const owners = await lockOwners(tx);
    const { membership } = await getMember(tx, userId);
    if (membership.role === "owner") await requireMayUnmakeOwner(tx, owners);
    await tx.db
      .delete(memberships)
      .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.userId, userId)));
    await audit(tx, "member.removed", { type: "user", id: userId }, { role: membership.role });
    await announce(tx.db, ctx.organizationId, ["organization"]);
  });
}

/**
 * A one-time link of 24 hours with which the member chooses a new password; using it ends their sessions. A password opens every
 * organization of the person, so the asker must stand at least as high as they do in each of them.
 */
export async function createPasswordLink(ctx: Ctx, userId: string): Promise<OneTimeLink> {
  return inTransaction(ctx, async (tx) => {
    const { user } = await getMember(tx, userId);
    await requireAuthorityOver(tx, userId);
    const { link, url } = await createLink(tx.db, {
      kind: "password",
      organizationId: ctx.organizationId,
      email: user.email,
      userId,
      createdBy: ctx.actor.id,
      now: ctx.now,
      lifetimeMs: PASSWORD_LINK_MS,
    });
    await audit(tx, "member.password_link_created", { type: "user", id: userId });
    return { url, expiresAt: link.expiresAt.toISOString() };
  });
}

/** Throws `forbidden` when the asker may not put anyone into this role: nobody gives more than they hold, and only an owner makes owners. */
export async function requireMayGrant(ctx: Ctx, role: Role): Promise<void> {
  if (!covers(ctx.scopes, ROLE_SCOPES[role]))
    throw new AppError("forbidden", `You cannot give the role ${role}: it may do more than you`);
  if (role === "owner") await requireOwner(ctx);
}

async function requireMayUnmakeOwner(ctx: Ctx, owners: string[]): Promise<void> {
  await requireOwner(ctx);
  if (owners.length === 1) throw new AppError("conflict", "The last owner must stay. Make someone else an owner first.");
}

async function requireOwner(ctx: Ctx): Promise<void> {
  if (ctx.actor.type === "system") return;
  if ((await roleIn(ctx, ctx.organizationId)) !== "owner")
    throw new AppError("forbidden", "Only an owner makes or unmakes owners");
}

async function requireAuthorityOver(ctx: Ctx, userId: string): Promise<void> {
  if (ctx.actor.type === "system") return;
  for (const { organizationId, role } of await ctx.db.select().from(memberships).where(eq(memberships.userId, userId))) {
    const isHere = organizationId === ctx.organizationId;
    const mine = await roleIn(ctx, organizationId);
    if (ctx.actor.type === "token" && isHere && role !== "owner" && covers(ctx.scopes, ROLE_SCOPES[role])) continue;
    if (mine === "owner" || (mine === "admin" && role !== "owner")) continue;
    const reason = isHere
      ? "Only someone who may do as much as this person makes a password link for them"
      : "This person also belongs to an organization that you do not administer";
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

/** Two owners who unmake each other at the same time wait for one another here. */
async function lockOwners(ctx: Ctx): Promise<string[]> {
  const rows = await ctx.db
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.role, "owner")))
    .orderBy(asc(memberships.userId))
    .for("update");
  return rows.map((row) => row.userId);
}

async function getMember(ctx: Ctx, userId: string): Promise<MemberRow> {
  const [row] = await ctx.db
    .select({ user: users, membership: memberships })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.userId, userId)));
  if (!row) throw new AppError("not_found", "There is no such member");
  return row;
}

function toMember({ user, membership }: MemberRow): Member {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: membership.role,
    createdAt: membership.createdAt.toISOString(),
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
  };
}
