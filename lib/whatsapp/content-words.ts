import type { MessageContent } from "./content";

/**
 * What it says in words, for lists, search, exports and notifications: the whole text where there is one. Where a message has
 * no words this is empty, and a screen says its type.
 */
export function summaryOf(content: MessageContent): string {
  switch (content.type) {
    case "text":
      return content.body;
    case "template":
      return [content.rendered.header?.text, content.rendered.body, content.rendered.footer].filter(Boolean).join("\n\n");
    case "media":
      return content.caption ?? content.filename ?? "";
    case "interactive":
      return [content.header, content.body, content.footer].filter(Boolean).join("\n\n");
    case "reply":
      return content.title ?? (content.to === "call_permission" ? "" : (content.payload ?? ""));
    case "reaction":
      return content.emoji ?? "";
    case "location":
      return [content.name, content.address].filter(Boolean).join(", ");
    case "contacts":
      return content.cards.map(nameOfCard).filter(Boolean).join(", ");
    case "order":
      return content.text ?? "";
    case "edited":
      return content.content ? summaryOf(content.content) : "";
    case "system":
      return content.body ?? "";
    case "unsupported":
      return content.details ?? "";
    case "deleted":
    case "call":
      return "";
  }
}

/** Meta's contact card: `name.formatted_name`. */
export function nameOfCard(card: unknown): string {
  const name = fieldOf(fieldOf(card, "name"), "formatted_name");
  return typeof name === "string" ? name : "";
}

/** A field of what Meta sent as it was; undefined where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
