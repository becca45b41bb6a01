import type { ConversationNote } from "@/lib/conversations/schema";
import type { Message } from "@/lib/messages/schema";
import type { MessageContent } from "@/lib/whatsapp/content";

/** A message as it stands now: with what was changed of it and what was put on it since. */
export type ThreadItem = {
  message: Message;
  /** What it says now. */
  content: MessageContent;
  isEdited: boolean;
  /** One of each side, the latest. */
  reactions: string[];
};

/**
 * What a conversation shows, oldest first. Reactions, edits and deletions are messages of their own at Meta; here they belong to the
 * message they are about. Where that one is not loaded they stand for themselves.
 */
export function threadOf(newestFirst: readonly Message[]): ThreadItem[] {
  const messages = [...newestFirst].reverse();
  const known = new Set(messages.filter(({ content }) => !isAbout(content)).map(({ id }) => id));
  const targetOf = ({ content, replyTo }: Message) => (isAbout(content) && replyTo && known.has(replyTo) ? replyTo : null);
  const edits = new Map<string, MessageContent>();
  const reactions = new Map<string, Map<"person" | "business", string | null>>();
  for (const message of messages) {
    const target = targetOf(message);
    if (!target) continue;
    if (message.content.type === "edited" && message.content.content) edits.set(target, message.content.content);
    if (message.content.type !== "reaction") continue;
    const sides = reactions.get(target) ?? new Map();
    sides.set(message.direction === "incoming" ? "person" : "business", message.content.emoji);
    reactions.set(target, sides);
  }
  return messages.flatMap((message) => {
    if (targetOf(message)) return [];
    const edit = message.content.type === "deleted" ? undefined : edits.get(message.id);
    return [
      {
        message,
        content: edit ?? message.content,
        isEdited: edit !== undefined,
        reactions: [...(reactions.get(message.id)?.values() ?? [])].flatMap((emoji) => emoji ?? []),
      },
    ];
  });
}

/** Whether it only says something about another message. */
function isAbout(content: MessageContent): boolean {
  return content.type === "reaction" || content.type === "edited" || (content.type === "deleted" && content.original !== null);
}

/** The message that it answers, of which a part is shown above it. */
export function quotedIdOf({ content, replyTo }: Message): string | null {
  return isAbout(content) || content.type === "deleted" ? null : replyTo;
}

export type ThreadEntry = { key: string; at: Date; item?: ThreadItem; note?: ConversationNote };

/** The team's notes between the messages of their time; those of a time whose messages are not loaded yet wait for these. */
export function withNotes(items: readonly ThreadItem[], notes: readonly ConversationNote[], isOlderLeft: boolean): ThreadEntry[] {
  const messages: ThreadEntry[] = items.map((item) => ({ key: item.message.id, at: new Date(item.message.createdAt), item }));
  const first = messages[0]?.at;
  const shown = notes
    .map((note): ThreadEntry => ({ key: note.id, at: new Date(note.createdAt), note }))
    .filter(({ at }) => !isOlderLeft || !first || at >= first)
    .reverse();
  const entries: ThreadEntry[] = [];
  for (const message of messages) {
    while (shown[0] && shown[0].at < message.at) entries.push(shown.shift() as ThreadEntry);
    entries.push(message);
  }
  return [...entries, ...shown];
}
