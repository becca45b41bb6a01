import "server-only";
import { and, asc, eq, gt } from "drizzle-orm";
import { conversations } from "@/db/schema/contacts";
import { memberships, secondFactors, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { laterThan, requireUnchanged } from "@/lib/http/unchanged";
import { announce } from "@/lib/live";
import { DAY_MS } from "@/lib/time";
import { holdAuthority, listOwners, personBehind, requireAuthorityOver, requireMayGrant, requireMayTake } from "./authority";
import { endDelegations, endFallenLinksTo, listDelegations } from "./delegations";
import { createLink } from "./links";
import { ROLE_SCOPES } from "./permissions";
import type { Delegations, Member, OneTimeLink, RemoveMember, Role, UpdateMember } from "./schema";
import { dropSecondFactor } from "./second-factors";

const PASSWORD_LINK_MS = DAY_MS;

type MemberRow = {
  user: typeof users.$inferSelect;
  membership: typeof memberships.$inferSelect;
  secondFactorAt: Date | null;
};

/** In the order in which they were first added to the installation. */
export async function listMembers(ctx: Ctx, query: PageQuery): Promise<Page<Member>> {
  const rows = await ctx.db
    .select({ user: users, membership: memberships, secondFactorAt: secondFactors.confirmedAt })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(and(eq(memberships.organizationId, ctx.organizationId), query.cursor ? gt(users.id, query.cursor) : undefined))
    .orderBy(asc(users.id))
    .limit(query.limit + 1);
  return toPage(
    rows.map((row) => ({ id: row.user.id, ...row })),
    query.limit,
    toMember,
  );
}

/**
 * Gives a member another role. Only an owner makes or unmakes owners, and one owner always stays. What the member delegated beyond
 * the new role ends: open invitations and password links, and API tokens unless the asker keeps them as their own.
 */
export async function updateMember(
  ctx: Ctx,
  userId: string,
  { role, tokens = "revoke", updatedAt: seen }: UpdateMember,
): Promise<Member> {
  return inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
    const owners = await listOwners(tx);
    const before = await getMember(tx, userId);
    await requireMayTake(tx, before.membership.role);
    await requireMayGrant(tx, role);
    if (before.membership.role === role) return toMember(before);
    if (before.membership.role === "owner") requireAnotherOwner(owners);
    await requireUnchanged(before.membership.updatedAt, seen, async () => toMember(before));
    const updatedAt = laterThan(before.membership.updatedAt, ctx.now);
    await tx.db
      .update(memberships)
      .set({ role, updatedAt })
      .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.userId, userId)));
    await endDelegations(tx, userId, { held: ROLE_SCOPES[role], tokens });
    await endFallenLinksTo(tx, userId);
    await audit(tx, "member.role_changed", { type: "user", id: userId }, { from: before.membership.role, to: role });
    await announce(tx.db, ctx.organizationId, ["organization"]);
    return toMember({ ...before, membership: { ...before.membership, role, updatedAt } });
  });
}

/**
 * Takes a person out of the organization at once: their next request is refused. Their open invitations and password links end, and
 * the API tokens that they made, unless the asker keeps these as their own.
 */
export async function removeMember(ctx: Ctx, userId: string, { tokens = "revoke" }: RemoveMember = {}): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
    const owners = await listOwners(tx);
    const { membership } = await getMember(tx, userId);
    await requireMayTake(tx, membership.role);
    if (membership.role === "owner") requireAnotherOwner(owners);
    await tx.db
      .delete(memberships)
      .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.userId, userId)));
    await endDelegations(tx, userId, { held: [], tokens });
    await tx.db
      .update(conversations)
      .set({ assigneeId: null })
      .where(and(eq(conversations.organizationId, ctx.organizationId), eq(conversations.assigneeId, userId)));
    await audit(tx, "member.removed", { type: "user", id: userId }, { role: membership.role });
    await announce(tx.db, ctx.organizationId, ["organization"]);
  });
}

/** What ends with the member's authority: when they are removed, or get the role. */
export async function previewDelegations(ctx: Ctx, userId: string, { role }: { role?: Role }): Promise<Delegations> {
  await getMember(ctx, userId);
  return listDelegations(ctx, userId, role);
}

/**
 * A one-time link of 24 hours with which the member chooses a new password; using it ends their sessions. A password opens every
 * organization of the person, so the asker must stand at least as high as they do in each of them.
 */
export async function createPasswordLink(ctx: Ctx, userId: string): Promise<OneTimeLink> {
  await requireAnother(ctx, userId, "Change your own password under Your account: that asks for the present one.");
  return inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
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

/** Takes a member's second factor away, who lost their phone and their recovery codes. Needs the same authority as a password link. */
export async function resetSecondFactor(ctx: Ctx, userId: string): Promise<void> {
  await requireAnother(ctx, userId, "Remove your own second factor under Your account: that asks for a code.");
  await inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
    await getMember(tx, userId);
    await requireAuthorityOver(tx, userId);
    if (!(await dropSecondFactor(tx.db, userId))) throw new AppError("not_found", "This member has no second factor");
    for (const { organizationId } of await tx.db.select().from(memberships).where(eq(memberships.userId, userId))) {
      await audit({ ...tx, organizationId }, "second_factor.reset", { type: "user", id: userId });
      await announce(tx.db, organizationId, ["organization"]);
    }
  });
}

/**
 * What helps someone else out would let whoever finds a browser open change its owner's sign-in without knowing it; also by a token
 * made there.
 */
async function requireAnother(ctx: Ctx, userId: string, message: string): Promise<void> {
  if ((await personBehind(ctx)) === userId) throw new AppError("conflict", message);
}

function requireAnotherOwner(owners: string[]): void {
  if (owners.length === 1) throw new AppError("conflict", "The last owner must stay. Make someone else an owner first.");
}

async function getMember(ctx: Ctx, userId: string): Promise<MemberRow> {
  const [row] = await ctx.db
    .select({ user: users, membership: memberships, secondFactorAt: secondFactors.confirmedAt })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(and(eq(memberships.organizationId, ctx.organizationId), eq(memberships.userId, userId)));
  if (!row) throw new AppError("not_found", "There is no such member");
  return row;
}

function toMember({ user, membership, secondFactorAt }: MemberRow): Member {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: membership.role,
    secondFactor: secondFactorAt !== null,
    singleSignOn: user.oidcSubject !== null,
    createdAt: membership.createdAt.toISOString(),
    updatedAt: membership.updatedAt.toISOString(),
    lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
  };
}
