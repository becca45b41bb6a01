import { expect, test } from "vitest";
import type { Message } from "@/lib/messages/schema";
import type { MessageContent } from "@/lib/whatsapp/content";
import { quotedIdOf, threadOf, withNotes } from "./thread";

/** Newest first, as the API answers. */
function thread(...oldestFirst: Message[]) {
  return threadOf([...oldestFirst].reverse()).map(({ message, content, isEdited, reactions }) => ({
    id: message.id,
    content,
    isEdited,
    reactions,
  }));
}

function message(id: string, content: MessageContent, more: Partial<Message> = {}): Message {
  return { id, content, direction: "incoming", replyTo: null, ...more } as Message;
}

const text = (body: string): MessageContent => ({ type: "text", body });
const react = (emoji: string | null): MessageContent => ({ type: "reaction", to: "wamid.1", emoji });

test("puts reactions on their message, the latest of each side, and takes back what was taken back", () => {
  expect(
    thread(
      message("1", text("Hello")),
      message("2", text("Bye")),
      message("3", react("👍"), { replyTo: "1" }),
      message("4", react("❤️"), { replyTo: "1" }),
      message("5", react("🙏"), { replyTo: "1", direction: "echo" }),
      message("6", react("👍"), { replyTo: "2" }),
      message("7", react(null), { replyTo: "2" }),
    ),
  ).toEqual([
    { id: "1", content: text("Hello"), isEdited: false, reactions: ["❤️", "🙏"] },
    { id: "2", content: text("Bye"), isEdited: false, reactions: [] },
  ]);
});

test("shows what a message says after its last edit", () => {
  const edit = (body: string): MessageContent => ({ type: "edited", original: "wamid.1", content: { type: "text", body } });
  expect(
    thread(
      message("1", text("Helo")),
      message("2", edit("Hello"), { replyTo: "1" }),
      message("3", edit("Hello!"), { replyTo: "1" }),
    ),
  ).toEqual([{ id: "1", content: text("Hello!"), isEdited: true, reactions: [] }]);
});

test("says once that a message was deleted, and shows no earlier edit of it", () => {
  const gone: MessageContent = { type: "deleted", original: null };
  expect(
    thread(
      message("1", gone),
      message("2", { type: "edited", original: "wamid.1", content: { type: "text", body: "secret" } }, { replyTo: "1" }),
      message("3", { type: "deleted", original: "wamid.1" }, { replyTo: "1" }),
    ),
  ).toEqual([{ id: "1", content: gone, isEdited: false, reactions: [] }]);
});

test("lets a reaction, an edit or a deletion stand for itself when its message is not loaded", () => {
  expect(
    thread(
      message("2", react("👍"), { replyTo: "1" }),
      message("3", { type: "deleted", original: "wamid.9" }),
      message("4", text("Hello")),
    ).map(({ id }) => id),
  ).toEqual(["2", "3", "4"]);
});

test("quotes what is answered, and nothing for a deletion", () => {
  expect(quotedIdOf(message("2", text("Yes"), { replyTo: "1" }))).toBe("1");
  expect(quotedIdOf(message("2", text("Yes")))).toBeNull();
  expect(quotedIdOf(message("2", react("👍"), { replyTo: "1" }))).toBeNull();
  expect(quotedIdOf(message("2", { type: "deleted", original: "wamid.1" }, { replyTo: "1" }))).toBeNull();
});

test("puts the team's notes between the messages of their time, and leaves out those of a time that is not loaded", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 9, minute)).toISOString();
  const items = threadOf([message("2", text("Bye"), { createdAt: at(20) }), message("1", text("Hello"), { createdAt: at(10) })]);
  const notes = [25, 15, 5].map((minute) => ({
    id: `n${minute}`,
    text: "",
    author: { id: null, name: "Ayşe" },
    createdAt: at(minute),
  }));
  const keys = (isOlderLeft: boolean) => withNotes(items, notes, isOlderLeft).map(({ key }) => key);
  expect(keys(false)).toEqual(["n5", "1", "n15", "2", "n25"]);
  expect(keys(true)).toEqual(["1", "n15", "2", "n25"]);
  expect(withNotes([], notes, false).map(({ key }) => key)).toEqual(["n5", "n15", "n25"]);
});
