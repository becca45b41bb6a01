import "server-only";
import { messages } from "@/db/schema/messages";
import type { MessageContent } from "@/lib/whatsapp/content";

/** The columns from which a message's content is read. */
export const CONTENT = {
  content: messages.content,
  kind: messages.kind,
  text: messages.text,
  templateName: messages.templateName,
  templateLanguage: messages.templateLanguage,
  templateParams: messages.templateParams,
};

type Stored = Pick<typeof messages.$inferSelect, keyof typeof CONTENT>;

/**
 * What a stored message says. Versions before `content` kept the filled-in text of a template and not its parts: such a row
 * reads as a template of that text. They are read as they are instead of being rewritten once, because rewriting millions
 * of sealed rows would stop an upgrade for minutes to say the same.
 */
export function storedContent(row: Stored): MessageContent {
  if (row.content) return row.content;
  if (row.templateName === null) return { type: "text", body: row.text ?? "" };
  return {
    type: "template",
    name: row.templateName,
    language: row.templateLanguage ?? "",
    params: row.templateParams,
    rendered: { body: row.text ?? "", buttons: [] },
  };
}
