import "server-only";
import { and, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { links, memberships, users } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { announce } from "@/lib/live";
import { requireRoom } from "@/lib/quotas";
import { DAY_MS } from "@/lib/time";
import { holdAuthority, requireMayGrant, requireMayTake } from "./authority";
import { createLink } from "./links";
import type { CreatedInvitation, CreateInvitation, Invitation } from "./schema";

const INVITATION_DAYS = 7;

/** Invitations that can still be accepted, newest first. */
export async function listInvitations(ctx: Ctx, query: PageQuery): Promise<Page<Invitation>> {
  const rows = await ctx.db
    .select()
    .from(links)
    .where(and(isOpenInvitation(ctx), query.cursor ? lt(links.id, query.cursor) : undefined))
    .orderBy(desc(links.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, toInvitation);
}

/**
 * Makes a one-time link of 7 days by which the person joins in the given role. An earlier open invitation to the same address
 * is withdrawn. Throws `conflict` when they are a member already.
 */
export async function createInvitation(ctx: Ctx, input: CreateInvitation): Promise<CreatedInvitation> {
  return inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
    await requireMayGrant(tx, input.role);
    const [member] = await tx.db
      .select({ id: users.id })
      .from(users)
      .innerJoin(memberships, and(eq(memberships.userId, users.id), eq(memberships.organizationId, ctx.organizationId)))
      .where(eq(sql`lower(${users.email})`, input.email));
    if (member) throw new AppError("conflict", "This person is a member already");
    const replaced = await tx.db
      .update(links)
      .set({ expiresAt: ctx.now })
      .where(and(isOpenInvitation(ctx), eq(links.email, input.email)))
      .returning();
    for (const { role } of replaced) if (role) await requireMayTake(tx, role);
    await requireRoom(tx.db, "invitations", ctx.organizationId, () => tx.db.$count(links, isOpenInvitation(ctx)));
    const { link, url } = await createLink(tx.db, {
      ...input,
      kind: "invitation",
      organizationId: ctx.organizationId,
      createdBy: ctx.actor.id,
      now: ctx.now,
      lifetimeMs: INVITATION_DAYS * DAY_MS,
    });
    await audit(tx, "invitation.created", { type: "invitation", id: link.id }, { email: input.email, role: input.role });
    await announce(tx.db, ctx.organizationId, ["organization"]);
    return { ...toInvitation(link), url };
  });
}

/** Makes the invitation's link worthless. */
export async function withdrawInvitation(ctx: Ctx, id: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await holdAuthority(tx);
    const [withdrawn] = await tx.db
      .update(links)
      .set({ expiresAt: ctx.now })
      .where(and(isOpenInvitation(ctx), eq(links.id, id)))
      .returning();
    if (!withdrawn) throw new AppError("not_found", "There is no such open invitation");
    if (withdrawn.role) await requireMayTake(tx, withdrawn.role);
    await audit(tx, "invitation.withdrawn", { type: "invitation", id }, { email: withdrawn.email });
    await announce(tx.db, ctx.organizationId, ["organization"]);
  });
}

function isOpenInvitation(ctx: Ctx) {
  return and(
    eq(links.organizationId, ctx.organizationId),
    eq(links.kind, "invitation"),
    isNull(links.usedAt),
    gt(links.expiresAt, ctx.now),
  );
}

function toInvitation(row: typeof links.$inferSelect): Invitation {
  if (!row.role) throw new Error("An invitation names no role.");
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}
