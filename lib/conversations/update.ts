import "server-only";
import { and, eq } from "drizzle-orm";
import { conversations } from "@/db/schema/contacts";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { announce } from "@/lib/live";
import { getConversation } from "./conversations";
import type { Conversation, UpdateConversation } from "./schema";

const LONGEST_SNOOZE_MS = 366 * 86_400_000;

/** Opens, closes, snoozes, or hands over between the team and a program. What the person writes next opens it again. */
export async function updateConversation(
  ctx: Ctx,
  id: string,
  { state, snoozedUntil, answeredBy }: UpdateConversation,
): Promise<Conversation> {
  const until = snoozedUntil === undefined ? null : new Date(snoozedUntil);
  if (until && (until <= ctx.now || until.getTime() - ctx.now.getTime() > LONGEST_SNOOZE_MS)) {
    throw new AppError("validation_failed", "It can be snoozed for a year at most, and not until the past", {
      details: [{ path: "snoozedUntil", message: "Give a moment within the coming year" }],
    });
  }
  return inTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(conversations)
      .set({ ...(state && { state, snoozedUntil: until }), ...(answeredBy && { answeredBy }) })
      .where(and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, id)))
      .returning({ id: conversations.id });
    if (!row) throw new AppError("not_found", "There is no conversation with this id");
    await audit(tx, "conversation.updated", { type: "conversation", id }, { state, answeredBy });
    await announce(tx.db, tx.organizationId, ["messages"]);
    return getConversation(tx, id);
  });
}
