import "server-only";
import { and, asc, eq, isNull } from "drizzle-orm";
import { integrations } from "@/db/schema/integrations";
import { memberships, organizations, secondFactors, users } from "@/db/schema/organizations";
import { audit, differences } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { env } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { laterThan, requireUnchanged } from "@/lib/http/unchanged";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { requireRoom } from "@/lib/quotas";
import { wallTimeAt } from "@/lib/time";
import { wake } from "@/lib/wake";
import { endFallenLinksTo } from "./delegations";
import {
  type CreateOrganization,
  DEFAULT_SETTINGS,
  type Organization,
  type OrganizationSettings,
  type UpdateOrganization,
} from "./schema";

/** The organization of the context, with its settings. */
export async function getOrganization(ctx: Ctx): Promise<Organization> {
  return toOrganization(await readRow(ctx));
}

/**
 * Changes what is given and leaves the rest; business hours are replaced as a whole. What is as it was is not written down. Whoever
 * asks a second factor of others has one: throws `conflict` otherwise.
 */
export async function updateOrganization(ctx: Ctx, changes: UpdateOrganization): Promise<Organization> {
  const updated = await writeChanges(ctx, changes);
  // What waits for opening hours is asked again.
  await wakeNumbers(ctx);
  return updated;
}

async function wakeNumbers(ctx: Ctx): Promise<void> {
  const numbers = await ctx.db
    .select({ id: integrations.id })
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        eq(integrations.status, "verified"),
        isNull(integrations.deletedAt),
      ),
    );
  for (const { id } of numbers) wake({ kind: "messages", integrationId: id, organizationId: ctx.organizationId });
}

async function writeChanges(ctx: Ctx, { name, updatedAt, ...settings }: UpdateOrganization): Promise<Organization> {
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx.db.select().from(organizations).where(eq(organizations.id, ctx.organizationId)).for("update");
    if (!row) throw new AppError("not_found");
    const before = { name: row.name, ...withDefaults(row.settings) };
    const after = { ...before, ...(name === undefined ? {} : { name }), ...given(settings) };
    const changes = differences(before, after);
    if (Object.keys(changes).length === 0) return toOrganization(row);
    await requireUnchanged(row.updatedAt, updatedAt, async () => toOrganization(row));
    requireComing(before, after, ctx.now);
    if (changes.requireSecondFactor && after.requireSecondFactor) await requireSecondFactorOf(tx);
    const { name: newName, ...newSettings } = after;
    const [changed] = await tx.db
      .update(organizations)
      .set({ name: newName, settings: newSettings, updatedAt: laterThan(row.updatedAt, ctx.now) })
      .where(eq(organizations.id, ctx.organizationId))
      .returning();
    if (!changed) throw new AppError("not_found");
    await audit(tx, "organization.updated", { type: "organization", id: ctx.organizationId }, { changes });
    await announce(tx.db, ctx.organizationId, ["organization"]);
    return toOrganization(changed);
  });
}

/** A holiday that is added has not passed; those that passed since they were added stay. Throws `validation_failed`. */
function requireComing(before: OrganizationSettings, after: OrganizationSettings, now: Date): void {
  const today = wallTimeAt(after.timeZone, now).date;
  const known = new Set(before.businessHours.holidays.map(({ date }) => date));
  const details = after.businessHours.holidays.flatMap(({ date }, index) =>
    date < today && !known.has(date) ? [{ path: `businessHours.holidays.${index}.date`, message: "This day is over" }] : [],
  );
  if (details.length > 0) throw new AppError("validation_failed", "A holiday that is over cannot be added", { details });
}

async function requireSecondFactorOf(ctx: Ctx): Promise<void> {
  if (ctx.actor.type !== "user") return;
  const [self] = await ctx.db
    .select({ passwordHash: users.passwordHash, confirmedAt: secondFactors.confirmedAt })
    .from(users)
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(eq(users.id, ctx.actor.id));
  if (self?.passwordHash && !self.confirmedAt)
    throw new AppError("conflict", "Set up your own second factor first, under Your account.");
}

/** Makes a further organization, with the asker as its owner. Only people can; a token belongs to one organization. */
export async function createOrganization(ctx: Ctx, input: CreateOrganization): Promise<Organization> {
  if (ctx.actor.type !== "user") throw new AppError("forbidden", "Only a signed-in person can create an organization");
  if (ctx.lacksSecondFactor) throw new AppError("second_factor_missing");
  if (!(await mayCreateOrganizations(ctx)))
    throw new AppError("forbidden", "Only owners of this installation's first organization create further ones");
  return inTransaction(ctx, async (tx) => {
    const owned = and(eq(memberships.userId, ctx.actor.id), eq(memberships.role, "owner"));
    await requireRoom(tx.db, "organizations", ctx.actor.id, () => tx.db.$count(memberships, owned));
    const row = await foundOrganization(tx, input);
    await endFallenLinksTo(tx, ctx.actor.id);
    return toOrganization(row);
  });
}

/** Whether the person may create organizations: a setting of the installation (`ORGANIZATION_FOUNDERS`). */
export async function mayCreateOrganizations(ctx: Ctx): Promise<boolean> {
  if (ctx.actor.type !== "user") return false;
  if (env().ORGANIZATION_FOUNDERS === "everybody") return true;
  const first = ctx.db.select({ id: organizations.id }).from(organizations).orderBy(asc(organizations.id)).limit(1);
  const owners = await ctx.db
    .select({ userId: memberships.userId })
    .from(memberships)
    .where(and(eq(memberships.organizationId, first), eq(memberships.userId, ctx.actor.id), eq(memberships.role, "owner")));
  return owners.length > 0;
}

/** Stores an organization and its first owner, the context's actor. */
export async function foundOrganization(
  ctx: Omit<Ctx, "organizationId">,
  input: CreateOrganization & Partial<OrganizationSettings>,
): Promise<typeof organizations.$inferSelect> {
  const { name, ...settings } = input;
  const id = newId("org", ctx.now.getTime());
  const [row] = await ctx.db
    .insert(organizations)
    .values({ id, name, settings: withDefaults(settings), createdAt: ctx.now, updatedAt: ctx.now })
    .returning();
  if (!row) throw new Error("The organization was not stored.");
  await ctx.db.insert(memberships).values({ organizationId: id, userId: ctx.actor.id, role: "owner", createdAt: ctx.now });
  await audit({ ...ctx, organizationId: id }, "organization.created", { type: "organization", id }, { name });
  return row;
}

async function readRow(ctx: Ctx): Promise<typeof organizations.$inferSelect> {
  const [row] = await ctx.db.select().from(organizations).where(eq(organizations.id, ctx.organizationId));
  if (!row) throw new AppError("not_found");
  return row;
}

/** A setting that is newer than the row has its default. */
function withDefaults(settings: Partial<OrganizationSettings>): OrganizationSettings {
  return { ...DEFAULT_SETTINGS, ...given(settings) };
}

function given<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T;
}

function toOrganization(row: typeof organizations.$inferSelect): Organization {
  return {
    id: row.id,
    name: row.name,
    ...withDefaults(row.settings),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
