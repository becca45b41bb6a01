import "server-only";
import { and, desc, eq, gt, isNull, lt, ne } from "drizzle-orm";
import { sessions } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import type { Session } from "@/lib/organizations/schema";

/** Where the person is signed in, newest first. */
export async function listSessions(ctx: Ctx, query: PageQuery): Promise<Page<Session>> {
  const rows = await ctx.db
    .select()
    .from(sessions)
    .where(and(isMine(ctx), query.cursor ? lt(sessions.id, query.cursor) : undefined))
    .orderBy(desc(sessions.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, (row) => toSession(row, ctx));
}

/** Signs one of the person's browsers out. */
export async function revokeSession(ctx: Ctx, id: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const revoked = await tx.db
      .update(sessions)
      .set({ revokedAt: ctx.now })
      .where(and(isMine(ctx), eq(sessions.id, id)))
      .returning();
    if (revoked.length === 0) throw new AppError("not_found", "There is no such session of yours");
    await audit(tx, "session.revoked", { type: "session", id });
  });
}

/** Signs the person out everywhere but here. */
export async function revokeOtherSessions(ctx: Ctx): Promise<{ revoked: number }> {
  return inTransaction(ctx, async (tx) => {
    const revoked = await tx.db
      .update(sessions)
      .set({ revokedAt: ctx.now })
      .where(and(isMine(ctx), ctx.sessionId ? ne(sessions.id, ctx.sessionId) : undefined))
      .returning({ id: sessions.id });
    if (revoked.length > 0)
      await audit(tx, "session.others_revoked", { type: "user", id: ctx.actor.id }, { revoked: revoked.length });
    return { revoked: revoked.length };
  });
}

/** Throws `forbidden` for programs, which have no sessions. */
export function requirePerson(ctx: Ctx): string {
  if (ctx.actor.type !== "user") throw new AppError("forbidden", "Only a signed-in person can do this, not an API token");
  return ctx.actor.id;
}

function isMine(ctx: Ctx) {
  return and(eq(sessions.userId, requirePerson(ctx)), isNull(sessions.revokedAt), gt(sessions.expiresAt, ctx.now));
}

function toSession(row: typeof sessions.$inferSelect, ctx: Ctx): Session {
  return {
    id: row.id,
    current: row.id === ctx.sessionId,
    userAgent: row.userAgent,
    ip: row.ip,
    createdAt: row.createdAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}
