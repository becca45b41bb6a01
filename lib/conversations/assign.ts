import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { conversations } from "@/db/schema/contacts";
import { memberships } from "@/db/schema/organizations";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { announce } from "@/lib/live";
import { allows, ROLE_SCOPES } from "@/lib/organizations/permissions";
import { getConversation } from "./conversations";
import type { AssignConversation, Conversation } from "./schema";

/**
 * Gives a conversation to a member, or to nobody. With `from`, only while it is still theirs: of many who take one at the same moment
 * exactly one has it, and the others get `conflict` with who. Having it already is no conflict.
 */
export async function assignConversation(ctx: Ctx, id: string, { assigneeId, from }: AssignConversation): Promise<Conversation> {
  const wanted = assigneeId === "me" ? ownId(ctx) : assigneeId;
  return inTransaction(ctx, async (tx) => {
    if (wanted !== null) await requireAnswering(tx, wanted);
    const [row] = await tx.db
      .select({ assigneeId: conversations.assigneeId })
      .from(conversations)
      .where(and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, id)))
      .for("no key update");
    if (!row) throw new AppError("not_found", "There is no conversation with this id");
    if (row.assigneeId === wanted) return getConversation(tx, id);
    if (from !== undefined && row.assigneeId !== from) throw takenBy(await getConversation(tx, id));
    await tx.db
      .update(conversations)
      .set({ assigneeId: wanted })
      .where(and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, id)));
    await audit(tx, "conversation.assigned", { type: "conversation", id }, { from: row.assigneeId, to: wanted });
    await announce(tx.db, tx.organizationId, ["messages"]);
    return getConversation(tx, id);
  });
}

function ownId(ctx: Ctx): string {
  if (ctx.actor.type !== "user") throw new AppError("validation_failed", "Only a signed-in person is `me`. Give a member's id.");
  return ctx.actor.id;
}

/** Held until the transaction ends: who is removed meanwhile loses it with everything else. */
async function requireAnswering(tx: Ctx, userId: string): Promise<void> {
  const [member] = await tx.db
    .select({ role: memberships.role })
    .from(memberships)
    .where(and(eq(memberships.organizationId, tx.organizationId), eq(memberships.userId, userId)))
    .for("share");
  if (!member) throw new AppError("not_found", "There is no such member");
  if (!allows(ROLE_SCOPES[member.role], "messages:write"))
    throw new AppError("conflict", "This member's role may not answer", { details: { role: member.role } });
}

function takenBy({ assignee }: Conversation): AppError {
  const message = assignee ? `${assignee.name} has taken the conversation` : "Nobody has the conversation any more";
  return new AppError("conflict", message, { details: { assignee } });
}

/** Who has it is the only one to answer, where the organization says so; what nobody has goes to who answers first. */
export async function requireOwnToAnswer(tx: Ctx, conversation: Conversation): Promise<void> {
  const { id, assignee, answeredBy } = conversation;
  if (tx.actor.type !== "user") {
    if (answeredBy === "program") return;
    throw new AppError("forbidden", "People answer this conversation", { details: { assignee } });
  }
  if (assignee && assignee.id !== tx.actor.id)
    throw new AppError("forbidden", `Only ${assignee.name} may answer this conversation`, { details: { assignee } });
  if (assignee) return;
  await tx.db
    .update(conversations)
    .set({ assigneeId: sql`${tx.actor.id}` })
    .where(and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, id)));
  await audit(tx, "conversation.assigned", { type: "conversation", id }, { from: null, to: tx.actor.id });
}
