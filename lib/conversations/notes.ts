import "server-only";
import { and, desc, eq, lt } from "drizzle-orm";
import { conversationNotes } from "@/db/schema/inbox";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, type PageQuery, toPage } from "@/lib/http/paging";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { getConversation } from "./conversations";
import type { ConversationNote, CreateNote } from "./schema";

type Row = typeof conversationNotes.$inferSelect;

/** The newest first. */
export async function listNotes(ctx: Ctx, conversationId: string, query: PageQuery): Promise<Page<ConversationNote>> {
  await getConversation(ctx, conversationId);
  const rows = await ctx.db
    .select()
    .from(conversationNotes)
    .where(
      and(
        eq(conversationNotes.organizationId, ctx.organizationId),
        eq(conversationNotes.conversationId, conversationId),
        query.cursor ? lt(conversationNotes.id, query.cursor) : undefined,
      ),
    )
    .orderBy(desc(conversationNotes.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, toNote);
}

/** For the team alone; it is sealed like a message. */
export async function addNote(ctx: Ctx, conversationId: string, { text }: CreateNote): Promise<ConversationNote> {
  return inTransaction(ctx, async (tx) => {
    await getConversation(tx, conversationId);
    const [row] = await tx.db
      .insert(conversationNotes)
      .values({
        id: newId("nte"),
        organizationId: tx.organizationId,
        conversationId,
        authorId: tx.actor.type === "user" ? tx.actor.id : null,
        authorName: tx.actor.name,
        text,
        createdAt: tx.now,
      })
      .returning();
    if (!row) throw new Error("The note was not stored.");
    await announce(tx.db, tx.organizationId, ["messages"]);
    return toNote(row);
  });
}

/** Who wrote it takes it back; a program's is anybody's. */
export async function removeNote(ctx: Ctx, conversationId: string, id: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .select({ authorId: conversationNotes.authorId })
      .from(conversationNotes)
      .where(
        and(
          eq(conversationNotes.organizationId, tx.organizationId),
          eq(conversationNotes.conversationId, conversationId),
          eq(conversationNotes.id, id),
        ),
      )
      .for("update");
    if (!row) throw new AppError("not_found", "There is no note with this id");
    if (row.authorId !== null && row.authorId !== tx.actor.id)
      throw new AppError("forbidden", "Only who wrote a note can delete it");
    await tx.db
      .delete(conversationNotes)
      .where(and(eq(conversationNotes.organizationId, tx.organizationId), eq(conversationNotes.id, id)));
    await announce(tx.db, tx.organizationId, ["messages"]);
  });
}

function toNote(row: Row): ConversationNote {
  return {
    id: row.id,
    text: row.text,
    author: { id: row.authorId, name: row.authorName },
    createdAt: row.createdAt.toISOString(),
  };
}
