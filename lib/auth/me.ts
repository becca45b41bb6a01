import "server-only";
import { and, asc, eq } from "drizzle-orm";
import { memberships, organizations, sessions, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { ROLE_SCOPES } from "@/lib/organizations/permissions";
import { Language, type Me, type UpdateMe } from "@/lib/organizations/schema";
import { countAttempt, forgetAttempts } from "./attempts";
import { hashPassword, isPassword } from "./passwords";
import { requirePerson, revokeOtherSessions } from "./sessions";

const PASSWORD_TRIES = { limit: 10, windowMs: 15 * 60_000 };

/** Who asks and what they may do; for a token, its organization and scopes. */
export async function getMe(ctx: Ctx): Promise<Me> {
  return ctx.actor.type === "user" ? showPerson(ctx) : showToken(ctx);
}

/**
 * Changes one's own name, language, password or the organization that the session looks at. A new password needs the present
 * one (10 tries in 15 minutes) and signs all other browsers out.
 */
export async function updateMe(ctx: Ctx, input: UpdateMe): Promise<Me> {
  const userId = requirePerson(ctx);
  const { name, language, organizationId, newPassword } = input;
  const passwordHash =
    newPassword === undefined ? undefined : await changePassword(ctx, userId, newPassword, input.currentPassword);
  return inTransaction(ctx, async (tx) => {
    const changes = { name, language, passwordHash };
    if (Object.values(changes).some((value) => value !== undefined)) {
      await tx.db.update(users).set(changes).where(eq(users.id, userId));
    }
    if (passwordHash) {
      await revokeOtherSessions(tx);
      await audit(tx, "password.changed", { type: "user", id: userId });
    }
    return organizationId ? showPerson(await switchOrganization(tx, userId, organizationId)) : showPerson(tx);
  });
}

async function changePassword(ctx: Ctx, userId: string, next: string, current: string | undefined): Promise<string> {
  const refuse = (message: string) =>
    new AppError("validation_failed", undefined, { details: [{ path: "currentPassword", message }] });
  if (current === undefined) throw refuse("Give your present password");
  await countAttempt(ctx.db, `password of ${userId}`, PASSWORD_TRIES, ctx.now);
  const [user] = await ctx.db.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, userId));
  if (!(await isPassword(current, user?.passwordHash ?? null))) throw refuse("This is not your present password");
  await forgetAttempts(ctx.db, `password of ${userId}`, ctx.now);
  return hashPassword(next);
}

async function switchOrganization(ctx: Ctx, userId: string, organizationId: string): Promise<Ctx> {
  const [membership] = await ctx.db
    .select()
    .from(memberships)
    .where(and(eq(memberships.userId, userId), eq(memberships.organizationId, organizationId)));
  if (!membership) throw new AppError("not_found", "You belong to no such organization");
  if (ctx.sessionId) await ctx.db.update(sessions).set({ organizationId }).where(eq(sessions.id, ctx.sessionId));
  return { ...ctx, organizationId };
}

async function showPerson(ctx: Ctx): Promise<Me> {
  const rows = await ctx.db
    .select({ user: users, role: memberships.role, organization: { id: organizations.id, name: organizations.name } })
    .from(users)
    .innerJoin(memberships, eq(memberships.userId, users.id))
    .innerJoin(organizations, eq(organizations.id, memberships.organizationId))
    .where(eq(users.id, requirePerson(ctx)))
    .orderBy(asc(organizations.name), asc(organizations.id));
  const current = rows.find((row) => row.organization.id === ctx.organizationId);
  if (!current) throw new AppError("unauthorized");
  const { id, name, email, language } = current.user;
  return {
    user: { id, name, email, language: Language.nullable().catch(null).parse(language) },
    organization: current.organization,
    organizations: rows.map((row) => row.organization),
    role: current.role,
    permissions: [...ROLE_SCOPES[current.role]],
  };
}

async function showToken(ctx: Ctx): Promise<Me> {
  const [organization] = await ctx.db
    .select({ id: organizations.id, name: organizations.name })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  if (!organization) throw new AppError("unauthorized");
  return { user: null, organization, organizations: [organization], role: null, permissions: [...ctx.scopes] };
}
