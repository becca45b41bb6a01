import type { ContentOf, MediaKind, MessageContent } from "./content";
import type { EchoItem, MessageItem, MessageParts, MetaError } from "./inbound-items";

/** What a message of a webhook says. A type that we do not know keeps Meta's name for it. */
export function contentOf(parts: MessageParts, errors: readonly MetaError[] = []): MessageContent {
  switch (parts.type) {
    case "text":
      return { type: "text", body: parts.text ?? "" };
    case "image":
    case "video":
    case "audio":
    case "document":
    case "sticker":
      return media(parts.type, parts);
    case "voice":
      return { ...media("audio", parts), voice: true };
    case "location": {
      const { latitude = null, longitude = null, ...rest } = parts.location ?? {};
      return { type: "location", latitude, longitude, ...rest };
    }
    case "contacts":
      return { type: "contacts", cards: parts.contactCards ?? [] };
    case "button":
      return { type: "reply", to: "quick_reply", payload: parts.button?.payload ?? null, title: parts.button?.text ?? null };
    case "interactive":
      return reply(parts, errors);
    case "reaction":
      return { type: "reaction", to: parts.reaction?.messageId ?? null, emoji: parts.reaction?.emoji ?? null };
    case "order":
      return {
        type: "order",
        catalogId: parts.order?.catalogId ?? null,
        items: parts.order?.items ?? [],
        ...(parts.order?.text !== undefined && { text: parts.order.text }),
      };
    case "edit":
      return { type: "edited", original: parts.originalWamid ?? null, content: editedOf(parts) };
    case "revoke":
      return { type: "deleted", original: parts.originalWamid ?? null };
    default:
      return unsupported(parts.unsupportedType ?? parts.type, errors);
  }
}

function media(kind: MediaKind, { media: file = {}, caption }: MessageParts): ContentOf<"media"> {
  // Meta's address lives five minutes and asks for the token: it is nobody's but ours.
  const { id, url: _, ...rest } = file;
  return {
    type: "media",
    kind,
    mediaId: id ?? null,
    ...rest,
    ...(caption !== undefined && { caption }),
  };
}

function reply(parts: MessageParts, errors: readonly MetaError[]): MessageContent {
  const { type, replyId, replyTitle, replyDescription, flowName, flowBody, flowResponse, callPermission } =
    parts.interactive ?? {};
  if (type === "nfm_reply")
    return { type: "reply", to: "flow", payload: flowResponse ?? null, title: flowBody ?? flowName ?? null };
  if (type === "call_permission_reply")
    return { type: "reply", to: "call_permission", payload: callPermission ?? null, title: null };
  if (type !== "button_reply" && type !== "list_reply") return unsupported(type ?? "interactive", errors);
  return {
    type: "reply",
    to: type === "list_reply" ? "list" : "button",
    payload: replyId ?? null,
    title: replyTitle ?? null,
    ...(replyDescription !== undefined && { description: replyDescription }),
  };
}

function editedOf({ edited }: MessageParts): ContentOf<"edited">["content"] {
  if (!edited) return null;
  const content = contentOf(edited);
  return content.type === "edited" ? content.content : content;
}

function unsupported(metaType: string, [error]: readonly MetaError[]): MessageContent {
  const details = error?.details ?? error?.message ?? error?.title;
  return { type: "unsupported", metaType, ...(details && { details }) };
}

/** The message that this one answers, edits, deletes or reacts to, by Meta's id. */
export function targetOf(item: MessageItem | EchoItem): string | null {
  return item.originalWamid ?? item.reaction?.messageId ?? item.replyTo ?? null;
}
