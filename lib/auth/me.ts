import "server-only";
import { and, asc, eq } from "drizzle-orm";
import { memberships, organizations, sessions, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { mayCreateOrganizations } from "@/lib/organizations/organizations";
import { ROLE_SCOPES } from "@/lib/organizations/permissions";
import { Language, type Me, type UpdateMe } from "@/lib/organizations/schema";
import { hashPassword } from "@/lib/passwords";
import { requireOwnPassword } from "./own-password";
import { countRecoveryCodes, hasSecondFactor } from "./second-factor";
import { requirePerson, revokeOtherSessions } from "./sessions";

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
  if (newPassword !== undefined) await requireOwnPassword(ctx, userId, input.currentPassword);
  const passwordHash = newPassword === undefined ? undefined : await hashPassword(newPassword);
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
  const { id, name, email, language, passwordHash, oidcSubject } = current.user;
  return {
    user: { id, name, email, language: Language.nullable().catch(null).parse(language) },
    signIn: {
      password: passwordHash !== null,
      singleSignOn: oidcSubject !== null,
      secondFactor: await hasSecondFactor(ctx.db, id),
      recoveryCodes: await countRecoveryCodes(ctx.db, id),
    },
    mayCreateOrganizations: await mayCreateOrganizations(ctx),
    organization: current.organization,
    organizations: rows.map((row) => row.organization),
    role: current.role,
    permissions: ctx.lacksSecondFactor ? [] : [...ROLE_SCOPES[current.role]],
  };
}

async function showToken(ctx: Ctx): Promise<Me> {
  const [organization] = await ctx.db
    .select({ id: organizations.id, name: organizations.name })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  if (!organization) throw new AppError("unauthorized");
  return {
    user: null,
    signIn: null,
    mayCreateOrganizations: false,
    organization,
    organizations: [organization],
    role: null,
    permissions: [...ctx.scopes],
  };
}
