import "server-only";
import { eq } from "drizzle-orm";
import { memberships, organizations } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
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

/** Changes what is given and leaves the rest. Business hours are replaced as a whole. */
export async function updateOrganization(ctx: Ctx, { name, ...settings }: UpdateOrganization): Promise<Organization> {
  return inTransaction(ctx, async (tx) => {
    const [before] = await tx.db.select().from(organizations).where(eq(organizations.id, ctx.organizationId)).for("update");
    if (!before) throw new AppError("not_found");
    const [after] = await tx.db
      .update(organizations)
      .set({ name: name ?? before.name, settings: { ...withDefaults(before.settings), ...settings }, updatedAt: ctx.now })
      .where(eq(organizations.id, ctx.organizationId))
      .returning();
    if (!after) throw new AppError("not_found");
    const changes = { ...(name === undefined ? {} : { name }), ...settings };
    await audit(tx, "organization.updated", { type: "organization", id: ctx.organizationId }, changes);
    await announce(tx.db, ctx.organizationId, ["organization"]);
    return toOrganization(after);
  });
}

/** Makes a further organization, with the asker as its owner. Only people can; a token belongs to one organization. */
export async function createOrganization(ctx: Ctx, input: CreateOrganization): Promise<Organization> {
  if (ctx.actor.type !== "user") throw new AppError("forbidden", "Only a signed-in person can create an organization");
  return inTransaction(ctx, async (tx) => toOrganization(await foundOrganization(tx, input)));
}

/** Stores an organization and its first owner, the context's actor. */
export async function foundOrganization(
  ctx: Omit<Ctx, "organizationId">,
  input: CreateOrganization,
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
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return { ...DEFAULT_SETTINGS, ...given };
}

function toOrganization(row: typeof organizations.$inferSelect): Organization {
  return { id: row.id, name: row.name, ...withDefaults(row.settings), createdAt: row.createdAt.toISOString() };
}
