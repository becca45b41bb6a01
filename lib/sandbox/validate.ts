import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";
import { type Refusal, refusal } from "./meta-error";
import type { SandboxButton, SandboxContent } from "./schema";
import { fileOf, fillTemplate, hasMedia, isJson } from "./template-check";
import type { SandboxTemplate } from "./templates";

type Json = Record<string, unknown>;

/** A message request that Meta would take in: what it carries and to whom. */
export type Draft = {
  kind: "message";
  /** As it was written in the request. */
  input: string;
  e164: string;
  waId: string;
  country: string;
  /** False when no such number can exist: accepted, then 131026. */
  possible: boolean;
  category: "authentication" | "marketing" | "service" | "utility";
  content: SandboxContent;
  callbackData: string | undefined;
  contextId: string | undefined;
  /** Ids of files that it names. */
  mediaIds: string[];
};
export type ReadReceipt = { kind: "read"; messageId: string };
type Checked = Draft | ReadReceipt | { kind: "refused"; refusal: Refusal };

const CALLBACK_LIMIT = 512;
const TEXT_LIMIT = MESSAGE_LIMITS.textBody;
const CAPTION_LIMIT = 1024;
const WRITTEN = /^\+?[\d\s().-]+$/;

function refused(...[code, details]: Parameters<typeof refusal>): { kind: "refused"; refusal: Refusal } {
  return { kind: "refused", refusal: refusal(code, details) };
}

/** Checks the body of `POST /{PNID}/messages` in the order in which Meta complains. */
export function checkMessage(body: unknown, templates: readonly SandboxTemplate[]): Checked {
  if (!isJson(body)) return refused(100, "The request body must be a JSON object.");
  if (body.messaging_product === undefined) return refused(100, "The parameter messaging_product is required.");
  if (body.messaging_product !== "whatsapp")
    return refused(100, `Param messaging_product must be one of {WHATSAPP} - got "${String(body.messaging_product)}".`);
  if (body.status !== undefined) return checkReadReceipt(body);
  const recipient = checkRecipient(body);
  if ("refused" in recipient) return { kind: "refused", refusal: recipient.refused };
  if (body.biz_opaque_callback_data !== undefined) {
    if (typeof body.biz_opaque_callback_data !== "string")
      return refused(100, "Param biz_opaque_callback_data must be a string.");
    if (body.biz_opaque_callback_data.length > CALLBACK_LIMIT) {
      return refused(100, `Param biz_opaque_callback_data must be at most ${CALLBACK_LIMIT} characters long.`);
    }
  }
  let contextId: string | undefined;
  if (body.context !== undefined) {
    if (!isJson(body.context) || typeof body.context.message_id !== "string" || body.context.message_id === "") {
      return refused(131009, "context.message_id must be the id of a message.");
    }
    contextId = body.context.message_id;
  }
  const filled = checkContent(body, templates);
  if ("refused" in filled) return { kind: "refused", refusal: filled.refused };
  return {
    kind: "message",
    ...recipient,
    category: filled.category,
    content: filled.content,
    callbackData: body.biz_opaque_callback_data,
    contextId: contextId ?? reactedTo(body),
    mediaIds: mediaIdsOf(body),
  };
}

function reactedTo({ reaction }: Json): string | undefined {
  return isJson(reaction) && typeof reaction.message_id === "string" ? reaction.message_id : undefined;
}

const MEDIA_KEYS = new Set(["image", "video", "audio", "document", "sticker"]);

/** Every `id` of an image, video, … anywhere in a message that was checked. */
function mediaIdsOf(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(mediaIdsOf);
  if (!isJson(part)) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    MEDIA_KEYS.has(key) && isJson(value) ? (typeof value.id === "string" ? [value.id] : []) : mediaIdsOf(value),
  );
}

function checkReadReceipt(body: Json): ReadReceipt | { kind: "refused"; refusal: Refusal } {
  if (body.status !== "read") return refused(100, "Param status must be one of {READ}.");
  if (typeof body.message_id !== "string" || body.message_id === "") return refused(100, "The parameter message_id is required.");
  if (body.typing_indicator !== undefined && (!isJson(body.typing_indicator) || body.typing_indicator.type !== "text")) {
    return refused(100, "Param typing_indicator.type must be one of {TEXT}.");
  }
  return { kind: "read", messageId: body.message_id };
}

function checkRecipient(body: Json): Pick<Draft, "country" | "e164" | "input" | "possible" | "waId"> | { refused: Refusal } {
  if (body.recipient_type !== undefined && body.recipient_type !== "individual") {
    return { refused: refusal(100, "Param recipient_type must be one of {INDIVIDUAL}.") };
  }
  if (body.to === undefined || body.to === "") return { refused: refusal(100, "The parameter to is required.") };
  const input = body.to;
  if (typeof input !== "string" || !WRITTEN.test(input)) return { refused: refusal(131009, "Param to is not a phone number.") };
  const digits = input.replace(/\D/g, "");
  if (digits.length < 7 || digits.length > 15 || digits.startsWith("0")) {
    return { refused: refusal(131009, "Param to is not a phone number with its country code.") };
  }
  const e164 = `+${digits}`;
  const parsed = parsePhoneNumberFromString(e164);
  return { input, e164, waId: digits, country: parsed?.country ?? "XX", possible: parsed?.isPossible() ?? false };
}

type Filled = { content: SandboxContent; category: Draft["category"] } | { refused: Refusal };

function service(content: SandboxContent): Filled {
  return { content, category: "service" };
}

function checkContent(body: Json, templates: readonly SandboxTemplate[]): Filled {
  const type = body.type ?? "text";
  if (typeof type !== "string") return { refused: refusal(100, "Param type must be a string.") };
  const check = CONTENT[type];
  if (type !== "template" && !check) return { refused: refusal(131051, `Message type "${type}" is not supported.`) };
  const value = body[type];
  if (value === undefined) return { refused: refusal(131008, `The parameter ${type} is required.`) };
  if (type === "template") return checkTemplate(value, templates);
  return check ? check(value) : { refused: refusal(131051, `Message type "${type}" is not supported.`) };
}

function checkTemplate(value: unknown, templates: readonly SandboxTemplate[]): Filled {
  if (!isJson(value)) return { refused: refusal(100, "Param template must be an object.") };
  const { name, language } = value;
  if (typeof name !== "string" || name === "") return { refused: refusal(131008, "The parameter template.name is required.") };
  if (!isJson(language) || typeof language.code !== "string" || language.code === "") {
    return { refused: refusal(131008, "The parameter template.language.code is required.") };
  }
  const found = templates.find((t) => t.name === name && t.language === language.code);
  const missing = refusal(132001, `template name (${name}) does not exist in ${language.code}`);
  if (!found || found.status === "PENDING" || found.status === "REJECTED") return { refused: missing };
  if (found.status === "PAUSED")
    return { refused: refusal(132015, `template name (${name}) in ${language.code} is paused because of low quality`) };
  if (found.status === "DISABLED")
    return { refused: refusal(132016, `template name (${name}) in ${language.code} is disabled because of low quality`) };
  const filled = fillTemplate(found, value.components);
  if ("refused" in filled) return filled;
  return { content: filled.content, category: found.category.toLowerCase() as Draft["category"] };
}

const CONTENT: Record<string, ((value: unknown) => Filled) | undefined> = {
  text: checkText,
  image: (value) => checkMediaMessage("image", value),
  video: (value) => checkMediaMessage("video", value),
  audio: (value) => checkMediaMessage("audio", value),
  document: (value) => checkMediaMessage("document", value),
  sticker: (value) => checkMediaMessage("sticker", value),
  location: checkLocation,
  contacts: checkContacts,
  reaction: checkReaction,
  interactive: checkInteractive,
};

function checkText(value: unknown): Filled {
  if (!isJson(value)) return { refused: refusal(100, "Param text must be an object.") };
  if (value.body === undefined || value.body === "") return { refused: refusal(131008, "The parameter text.body is required.") };
  if (typeof value.body !== "string") return { refused: refusal(100, "Param text['body'] must be a string.") };
  if (textLength(value.body) > TEXT_LIMIT)
    return { refused: refusal(100, `Param text['body'] must be at most ${TEXT_LIMIT} characters long.`) };
  if (value.preview_url !== undefined && typeof value.preview_url !== "boolean") {
    return { refused: refusal(100, "Param text['preview_url'] must be a boolean.") };
  }
  return service({ type: "text", body: value.body });
}

function checkMediaMessage(kind: "audio" | "document" | "image" | "sticker" | "video", value: unknown): Filled {
  if (!hasMedia(value)) return { refused: refusal(131008, `${kind} needs either id or link.`) };
  const { caption, filename } = value;
  if (caption !== undefined && (kind === "audio" || kind === "sticker"))
    return { refused: refusal(100, `Param caption is not allowed for ${kind}.`) };
  if (caption !== undefined && typeof caption !== "string")
    return { refused: refusal(100, `Param ${kind}['caption'] must be a string.`) };
  if (typeof caption === "string" && textLength(caption) > CAPTION_LIMIT) {
    return { refused: refusal(100, `Param ${kind}['caption'] must be at most ${CAPTION_LIMIT} characters long.`) };
  }
  const text = typeof filename === "string" ? filename : undefined;
  return service({ type: kind, body: caption ?? "", header: { kind, text, ...fileOf(value) } });
}

function checkLocation(value: unknown): Filled {
  if (!isJson(value)) return { refused: refusal(100, "Param location must be an object.") };
  const [latitude, longitude] = [Number(value.latitude), Number(value.longitude)];
  if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) {
    return { refused: refusal(131009, "location needs latitude from -90 to 90 and longitude from -180 to 180.") };
  }
  const lines = [value.name, value.address].filter((line): line is string => typeof line === "string");
  return service({ type: "location", body: lines.join("\n") || `${latitude}, ${longitude}`, header: { kind: "location" } });
}

function checkContacts(value: unknown): Filled {
  if (!Array.isArray(value) || value.length === 0)
    return { refused: refusal(131008, "contacts must be a list of at least one contact.") };
  const names: string[] = [];
  for (const entry of value) {
    const name: unknown = isJson(entry) ? entry.name : undefined;
    if (!isJson(name) || typeof name.formatted_name !== "string" || Object.keys(name).length < 2) {
      return { refused: refusal(131008, "contacts: name needs formatted_name and one more part of the name.") };
    }
    names.push(name.formatted_name);
  }
  return service({ type: "contacts", body: names.join("\n") });
}

function checkReaction(value: unknown): Filled {
  if (!isJson(value) || typeof value.message_id !== "string" || typeof value.emoji !== "string") {
    return { refused: refusal(131008, "reaction needs message_id and emoji.") };
  }
  return service({ type: "reaction", body: value.emoji });
}

function checkInteractive(value: unknown): Filled {
  if (!isJson(value) || typeof value.type !== "string")
    return { refused: refusal(131008, "The parameter interactive.type is required.") };
  const { action, body, footer, header, type } = value;
  if (!["button", "cta_url", "flow", "list", "location_request_message"].includes(type)) {
    return { refused: refusal(131009, `interactive.type "${type}" is not supported.`) };
  }
  const limit = type === "list" ? TEXT_LIMIT : CAPTION_LIMIT;
  if (!isJson(body) || typeof body.text !== "string" || body.text === "")
    return { refused: refusal(131008, "The parameter interactive.body.text is required.") };
  if (textLength(body.text) > limit)
    return { refused: refusal(131009, `interactive.body.text must be at most ${limit} characters long.`) };
  const footerText = isJson(footer) && typeof footer.text === "string" ? footer.text : undefined;
  if (footerText !== undefined && textLength(footerText) > 60)
    return { refused: refusal(131009, "interactive.footer.text must be at most 60 characters long.") };
  const headerText = isJson(header) && header.type === "text" && typeof header.text === "string" ? header.text : undefined;
  if (headerText !== undefined && textLength(headerText) > 60)
    return { refused: refusal(131009, "interactive.header.text must be at most 60 characters long.") };
  if (!isJson(action)) return { refused: refusal(131008, "The parameter interactive.action is required.") };
  const buttons = checkAction(type, action);
  if ("refused" in buttons) return buttons;
  return service({
    type: "interactive",
    body: body.text,
    ...(headerText === undefined ? {} : { header: { kind: "text", text: headerText } }),
    ...(footerText === undefined ? {} : { footer: footerText }),
    buttons: buttons.buttons,
  });
}

function checkAction(type: string, action: Json): { buttons: SandboxButton[] } | { refused: Refusal } {
  if (type === "button") return checkReplyButtons(action.buttons);
  if (type === "list") return checkList(action);
  if (type === "cta_url") {
    const parameters = action.parameters;
    if (
      action.name !== "cta_url" ||
      !isJson(parameters) ||
      !shortText(parameters.display_text, 20) ||
      typeof parameters.url !== "string"
    ) {
      return { refused: refusal(131009, "interactive.action of cta_url needs name, display_text (20 characters) and url.") };
    }
    return { buttons: [{ kind: "url", text: parameters.display_text, target: parameters.url }] };
  }
  return { buttons: [{ kind: "other", text: type === "flow" ? "Flow" : "Send location" }] };
}

function shortText(value: unknown, limit: number): value is string {
  return typeof value === "string" && value !== "" && textLength(value) <= limit;
}

function checkReplyButtons(given: unknown): { buttons: SandboxButton[] } | { refused: Refusal } {
  if (!Array.isArray(given) || given.length < 1 || given.length > 3)
    return { refused: refusal(131009, "interactive.action.buttons must have 1 to 3 buttons.") };
  const buttons: SandboxButton[] = [];
  for (const entry of given) {
    const reply: unknown = isJson(entry) && entry.type === "reply" ? entry.reply : undefined;
    if (!isJson(reply) || !shortText(reply.id, 256) || !shortText(reply.title, 20)) {
      return { refused: refusal(131009, "interactive.action.buttons: id (256) and title (20 characters) are required.") };
    }
    if (buttons.some((b) => b.payload === reply.id || b.text === reply.title))
      return { refused: refusal(131009, "interactive.action.buttons: ids and titles must differ.") };
    buttons.push({ kind: "reply", text: reply.title, payload: reply.id });
  }
  return { buttons };
}

function checkList(action: Json): { buttons: SandboxButton[] } | { refused: Refusal } {
  if (!shortText(action.button, 20))
    return { refused: refusal(131009, "interactive.action.button must have 1 to 20 characters.") };
  if (!Array.isArray(action.sections) || action.sections.length < 1 || action.sections.length > 10) {
    return { refused: refusal(131009, "interactive.action.sections must have 1 to 10 sections.") };
  }
  const buttons: SandboxButton[] = [{ kind: "list", text: action.button }];
  for (const section of action.sections) {
    const rows: unknown = isJson(section) ? section.rows : undefined;
    if (!Array.isArray(rows) || rows.length === 0)
      return { refused: refusal(131009, "interactive.action.sections: every section needs rows.") };
    for (const row of rows) {
      if (!isJson(row) || !shortText(row.id, 200) || !shortText(row.title, 24)) {
        return { refused: refusal(131009, "interactive.action.sections.rows: id (200) and title (24 characters) are required.") };
      }
      buttons.push({ kind: "reply", text: row.title, payload: row.id });
    }
  }
  if (buttons.length > 11) return { refused: refusal(131009, "interactive.action.sections may have 10 rows in all.") };
  return { buttons };
}
