import "server-only";
import { and, desc, eq, gt, isNull, ne, sql } from "drizzle-orm";
import { conversations } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { users } from "@/db/schema/organizations";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { announceSoon } from "@/lib/live";
import { type Accepted, SendMessage } from "@/lib/messages/schema";
import { sendMessage } from "@/lib/messages/send";
import { CONTENT, storedContent } from "@/lib/messages/stored-content";
import { getOrganization } from "@/lib/organizations/organizations";
import { wake } from "@/lib/wake";
import { summaryOf } from "@/lib/whatsapp/content-words";
import { requireOwnToAnswer } from "./assign";
import { getConversation } from "./conversations";
import type { AnswerConversation, Conversation } from "./schema";

/**
 * Answers a conversation; the gate decides as for every message. Answers of one conversation come one after the other, so what was
 * promised is true when it is written: whose turn it is (`owner`), and that nobody else has answered since `lastAnswerId`; otherwise
 * `conflict`, with what they wrote. Whoever of the team answers takes it over from a program.
 */
export async function answerConversation(
  ctx: Ctx,
  id: string,
  { owner, lastAnswerId, ...content }: AnswerConversation,
  headerKey: string | null,
): Promise<Accepted> {
  const accepted = await inTransaction(ctx, async (tx) => {
    const [held] = await tx.db
      .select({ id: conversations.id })
      .from(conversations)
      .where(and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, id)))
      .for("no key update");
    if (!held) throw new AppError("not_found", "There is no conversation with this id");
    const conversation = await getConversation(tx, id);
    const { contactId, integrationId } = conversation;
    const wish = SendMessage.parse({ ...content, contactId, integrationId });
    if ((await getOrganization(tx)).onlyAssigneeAnswers) await requireOwnToAnswer(tx, conversation);
    if (owner !== undefined && owner !== conversation.owner) throw notTheirTurn(conversation);
    if (lastAnswerId !== undefined) await requireUnanswered(tx, conversation, lastAnswerId);
    const sent = await sendMessage(tx, wish, headerKey);
    await tx.db
      .update(conversations)
      .set({
        ...(tx.actor.type === "user" && { answeredBy: "person" as const }),
        state: "open",
        snoozedUntil: null,
      })
      .where(and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, id)));
    return sent;
  });
  // Told once more: what was told inside the transaction found nothing yet.
  announceSoon(ctx.organizationId, ["messages"]);
  wake({ kind: "messages", integrationId: accepted.integrationId, organizationId: ctx.organizationId });
  return accepted;
}

function notTheirTurn({ owner, assignee }: Conversation): AppError {
  return new AppError("conflict", `It is the turn of the ${owner}`, { details: { owner, assignee } });
}

const MOST_SHOWN = 5;

async function requireUnanswered(tx: Ctx, { contactId, integrationId }: Conversation, seen: string | null): Promise<void> {
  const rows = await tx.db
    .select({
      ...CONTENT,
      id: messages.id,
      direction: messages.direction,
      createdAt: messages.createdAt,
      by: users.name,
    })
    .from(messages)
    .leftJoin(users, sql`${messages.createdBy} = 'user:' || ${users.id}`)
    .where(
      and(
        eq(messages.organizationId, tx.organizationId),
        eq(messages.contactId, contactId),
        eq(messages.integrationId, integrationId),
        isNull(messages.groupId),
        ne(messages.direction, "incoming"),
        ne(messages.createdBy, `${tx.actor.type}:${tx.actor.id}`),
        eq(messages.confirmsStop, false),
        seen === null ? undefined : gt(messages.id, seen),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(MOST_SHOWN);
  if (rows.length === 0) return;
  throw new AppError("conflict", "Somebody else has answered in the meantime", {
    details: {
      answers: rows.reverse().map(({ id, createdAt, direction, by, ...row }) => ({
        id,
        text: summaryOf(storedContent(row)),
        by: direction === "echo" ? null : by,
        createdAt: createdAt.toISOString(),
      })),
    },
  });
}
