import { AppError } from "@/lib/errors";
import type { MediaKind } from "@/lib/whatsapp/content";
import { MEDIA_TYPES } from "@/lib/whatsapp/media-types";
import type { ReplyFromPhone } from "./schema";
import type { Media, StoredMessage } from "./store";

/** How the phone shows it, and how Meta's webhook tells it: `type` and the object of that name. */
type Said = { content: StoredMessage["content"]; own: Record<string, unknown> };
type Around = { answered: StoredMessage | undefined; file: Media | undefined };

/** What a virtual phone says. Throws `not_found` for a button that its message does not have. */
export function saidBy(input: ReplyFromPhone, { answered, file }: Around): Said {
  const { text, media, location, contact, reaction } = input;
  if (text !== undefined) return { content: { type: "text", body: text }, own: { type: "text", text: { body: text } } };
  if (media && file) return fileSaid(media, file);
  if (location) {
    const lines = [location.name, location.address].filter((line) => line !== undefined);
    const body = lines.join("\n") || `${location.latitude}, ${location.longitude}`;
    return { content: { type: "location", body, header: { kind: "location" } }, own: { type: "location", location } };
  }
  if (contact) {
    const { name, phone } = contact;
    const card = {
      name: { formatted_name: name, first_name: name },
      phones: [{ phone, type: "CELL", wa_id: phone.replace(/\D/g, "") }],
    };
    return { content: { type: "contacts", body: `${name}\n${phone}` }, own: { type: "contacts", contacts: [card] } };
  }
  if (reaction !== undefined && answered) {
    const emoji = reaction === "" ? {} : { emoji: reaction };
    return {
      content: { type: "reaction", body: reaction },
      own: { type: "reaction", reaction: { message_id: answered.id, ...emoji } },
    };
  }
  return buttonSaid(input.buttonPayload, answered);
}

export function kindOfFile({ mimeType }: Pick<Media, "mimeType">): MediaKind {
  return MEDIA_TYPES[mimeType]?.kind ?? "document";
}

function fileSaid({ caption, voice }: NonNullable<ReplyFromPhone["media"]>, file: Media): Said {
  const kind = kindOfFile(file);
  const hasCaption = caption !== undefined && kind !== "audio" && kind !== "sticker";
  const own = {
    id: file.id,
    mime_type: file.mimeType === "audio/ogg" ? "audio/ogg; codecs=opus" : file.mimeType,
    sha256: file.sha256,
    ...(hasCaption && { caption }),
    ...(kind === "document" && file.filename !== null && { filename: file.filename }),
    ...(kind === "audio" && { voice: voice === true }),
    ...(kind === "sticker" && { animated: false }),
  };
  const text = kind === "document" ? (file.filename ?? undefined) : undefined;
  return {
    content: { type: kind, body: hasCaption ? caption : "", header: { kind, text, mediaId: file.id, mimeType: file.mimeType } },
    own: { type: kind, [kind]: own },
  };
}

/** A template's button is `button`, an interactive one `button_reply` or `list_reply`. */
function buttonSaid(payload: string | undefined, answered: StoredMessage | undefined): Said {
  const button = answered?.content.buttons?.find((b) => b.kind === "reply" && b.payload === payload);
  if (!answered || !button) throw new AppError("not_found", "The message has no such button");
  const content = { type: answered.content.template ? "button" : "interactive", body: button.text };
  if (answered.content.template)
    return { content, own: { type: "button", button: { payload: button.payload, text: button.text } } };
  const kind = answered.content.buttons?.some((b) => b.kind === "list") ? "list_reply" : "button_reply";
  return {
    content,
    own: { type: "interactive", interactive: { type: kind, [kind]: { id: button.payload, title: button.text } } },
  };
}
