import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import { savedReplies } from "@/db/schema/inbox";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { laterThan, requireUnchanged } from "@/lib/http/unchanged";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { requireRoom } from "@/lib/quotas";
import { isTaken } from "./labels";
import type { CreateSavedReply, SavedReply, SavedReplyList, UpdateSavedReply } from "./schema";

type Row = typeof savedReplies.$inferSelect;

export async function listSavedReplies(ctx: Ctx): Promise<SavedReplyList> {
  const rows = await ctx.db
    .select()
    .from(savedReplies)
    .where(eq(savedReplies.organizationId, ctx.organizationId))
    .orderBy(asc(sql`lower(${savedReplies.title})`));
  return { data: rows.map(toReply), nextCursor: null };
}

/** Throws `conflict` when there is one of this name. */
export async function createSavedReply(ctx: Ctx, input: CreateSavedReply): Promise<SavedReply> {
  return inTransaction(ctx, async (tx) => {
    const ofOrganization = eq(savedReplies.organizationId, tx.organizationId);
    await requireRoom(tx.db, "saved_replies", tx.organizationId, () => tx.db.$count(savedReplies, ofOrganization));
    const [row] = await tx.db
      .insert(savedReplies)
      .values({ ...input, id: newId("rpl"), organizationId: tx.organizationId, createdAt: tx.now, updatedAt: tx.now })
      .onConflictDoNothing()
      .returning();
    if (!row) throw titleTaken();
    await announce(tx.db, tx.organizationId, ["messages"]);
    return toReply(row);
  });
}

/** Throws `conflict` for who saves second. */
export async function updateSavedReply(ctx: Ctx, id: string, { updatedAt, ...changes }: UpdateSavedReply): Promise<SavedReply> {
  return inTransaction(ctx, async (tx) => {
    const which = and(eq(savedReplies.organizationId, tx.organizationId), eq(savedReplies.id, id));
    const [before] = await tx.db.select().from(savedReplies).where(which).for("update");
    if (!before) throw noSuchReply();
    await requireUnchanged(before.updatedAt, updatedAt, async () => toReply(before));
    const [row] = await tx.db
      .update(savedReplies)
      .set({ ...changes, updatedAt: laterThan(before.updatedAt, tx.now) })
      .where(which)
      .returning()
      .catch((error: unknown) => {
        throw isTaken(error) ? titleTaken() : error;
      });
    if (!row) throw noSuchReply();
    await announce(tx.db, tx.organizationId, ["messages"]);
    return toReply(row);
  });
}

export async function removeSavedReply(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.db
    .delete(savedReplies)
    .where(and(eq(savedReplies.organizationId, ctx.organizationId), eq(savedReplies.id, id)))
    .returning({ id: savedReplies.id });
  if (!row) throw noSuchReply();
  await announce(ctx.db, ctx.organizationId, ["messages"]);
}

function toReply({ id, title, text, updatedAt }: Row): SavedReply {
  return { id, title, text, updatedAt: updatedAt.toISOString() };
}

function titleTaken(): AppError {
  return new AppError("conflict", "There is a saved reply of this name already");
}

function noSuchReply(): AppError {
  return new AppError("not_found", "There is no saved reply with this id");
}
