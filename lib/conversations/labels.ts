import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { conversations } from "@/db/schema/contacts";
import { conversationLabels, labels } from "@/db/schema/inbox";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { requireRoom } from "@/lib/quotas";
import { getConversation } from "./conversations";
import type { Conversation, CreateLabel, Label, LabelList, UpdateLabel } from "./schema";

const COLUMNS = { id: labels.id, name: labels.name, colour: labels.colour };

export async function listLabels(ctx: Ctx): Promise<LabelList> {
  const data = await ctx.db
    .select(COLUMNS)
    .from(labels)
    .where(eq(labels.organizationId, ctx.organizationId))
    .orderBy(asc(sql`lower(${labels.name})`));
  return { data, nextCursor: null };
}

/** Throws `conflict` when there is one of this name. */
export async function createLabel(ctx: Ctx, input: CreateLabel): Promise<Label> {
  return inTransaction(ctx, async (tx) => {
    const ofOrganization = eq(labels.organizationId, tx.organizationId);
    await requireRoom(tx.db, "labels", tx.organizationId, () => tx.db.$count(labels, ofOrganization));
    const [row] = await tx.db
      .insert(labels)
      .values({ ...input, id: newId("lbl"), organizationId: tx.organizationId, createdAt: tx.now })
      .onConflictDoNothing()
      .returning(COLUMNS);
    if (!row) throw nameTaken();
    await announce(tx.db, tx.organizationId, ["messages"]);
    return row;
  });
}

export async function updateLabel(ctx: Ctx, id: string, changes: UpdateLabel): Promise<Label> {
  const [row] = await ctx.db
    .update(labels)
    .set({ ...changes, id })
    .where(and(eq(labels.organizationId, ctx.organizationId), eq(labels.id, id)))
    .returning(COLUMNS)
    .catch((error: unknown) => {
      throw isTaken(error) ? nameTaken() : error;
    });
  if (!row) throw noSuchLabel();
  await announce(ctx.db, ctx.organizationId, ["messages"]);
  return row;
}

/** It is taken off every conversation. */
export async function removeLabel(ctx: Ctx, id: string): Promise<void> {
  const [row] = await ctx.db
    .delete(labels)
    .where(and(eq(labels.organizationId, ctx.organizationId), eq(labels.id, id)))
    .returning({ id: labels.id });
  if (!row) throw noSuchLabel();
  await announce(ctx.db, ctx.organizationId, ["messages"]);
}

/** These labels and no others. Throws `not_found` for a label of nobody's. */
export async function setLabels(ctx: Ctx, conversationId: string, labelIds: readonly string[]): Promise<Conversation> {
  const wanted = [...new Set(labelIds)];
  return inTransaction(ctx, async (tx) => {
    const [held] = await tx.db
      .select({ id: conversations.id })
      .from(conversations)
      .where(and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, conversationId)))
      .for("no key update");
    if (!held) throw new AppError("not_found", "There is no conversation with this id");
    const known = await tx.db
      .select({ id: labels.id })
      .from(labels)
      .where(and(eq(labels.organizationId, tx.organizationId), anyOf(labels.id, wanted)))
      .orderBy(asc(labels.id))
      .for("key share");
    if (known.length < wanted.length) throw noSuchLabel();
    await tx.db
      .delete(conversationLabels)
      .where(
        and(
          eq(conversationLabels.organizationId, tx.organizationId),
          eq(conversationLabels.conversationId, conversationId),
          sql`${conversationLabels.labelId} <> all(${sql.param(wanted)}::text[])`,
        ),
      );
    if (wanted.length > 0) {
      await tx.db
        .insert(conversationLabels)
        .values(wanted.map((labelId) => ({ organizationId: tx.organizationId, conversationId, labelId })))
        .onConflictDoNothing();
    }
    await announce(tx.db, tx.organizationId, ["messages"]);
    return getConversation(tx, conversationId);
  });
}

const UNIQUE_VIOLATION = "23505";

export function isTaken(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === UNIQUE_VIOLATION;
}

function nameTaken(): AppError {
  return new AppError("conflict", "There is a label of this name already");
}

function noSuchLabel(): AppError {
  return new AppError("not_found", "There is no label with this id");
}
