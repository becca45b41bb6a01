import { z } from "zod";
import { MEDIA_KINDS } from "./media-kinds";
import {
  type HeaderParameter,
  type MessagePayload,
  type PayloadAddress,
  payloadAddress,
  type SentTemplate,
  templatePayload,
  textPayload,
} from "./payloads";
import { RenderedTemplate } from "./template-schema";

export const MediaKind = z.enum(MEDIA_KINDS);
export type MediaKind = z.infer<typeof MediaKind>;

const Text = z.object({ type: z.literal("text"), body: z.string(), previewUrl: z.boolean().optional() });

const Template = z.object({
  type: z.literal("template"),
  name: z.string(),
  language: z.string(),
  params: z.union([z.array(z.string()), z.record(z.string(), z.string())]).nullable(),
  rendered: RenderedTemplate.describe("As the person reads it, whatever becomes of the template at Meta."),
  header: z
    .lazy(() => z.union([Media, Location]))
    .optional()
    .describe("The file or place of the header."),
  extras: z
    .object({
      cards: z
        .lazy(() => z.array(Media))
        .optional()
        .describe("The files of a carousel's cards."),
      offerExpiresAt: z.iso.datetime().optional(),
      buttons: z.array(z.object({ index: z.number(), card: z.number().optional(), payload: z.string() })).optional(),
      flow: z.object({ token: z.string().optional(), data: z.record(z.string(), z.unknown()).optional() }).optional(),
    })
    .optional()
    .describe("What a carousel, an offer and buttons were given."),
});

const Media = z.object({
  type: z.literal("media"),
  kind: MediaKind,
  mediaId: z.string().nullable().describe("Meta's id of the file."),
  fileId: z.string().optional().describe("Our id of the file."),
  link: z.string().optional(),
  caption: z.string().optional(),
  filename: z.string().optional(),
  mimeType: z.string().optional(),
  sha256: z.string().optional(),
  voice: z.boolean().optional(),
  animated: z.boolean().optional(),
});

const ReplyButton = z.object({ id: z.string(), title: z.string() });
const interactive = {
  type: z.literal("interactive"),
  body: z.string(),
  header: z.string().optional(),
  footer: z.string().optional(),
};
const Interactive = z.discriminatedUnion("kind", [
  z.object({ ...interactive, kind: z.literal("buttons"), buttons: z.array(ReplyButton) }),
  z.object({
    ...interactive,
    kind: z.literal("list"),
    button: z.string(),
    sections: z.array(
      z.object({ title: z.string().optional(), rows: z.array(ReplyButton.extend({ description: z.string().optional() })) }),
    ),
  }),
  z.object({ ...interactive, kind: z.literal("cta_url"), button: z.string(), url: z.string() }),
  z.object({
    ...interactive,
    kind: z.literal("flow"),
    button: z.string(),
    flowId: z.string(),
    flowToken: z.string().optional(),
    screen: z.string().optional(),
    data: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ ...interactive, kind: z.literal("location_request") }),
]);

const Reply = z.object({
  type: z.literal("reply"),
  to: z.enum(["button", "list", "quick_reply", "flow", "call_permission"]).describe("What was answered."),
  payload: z.string().nullable().describe("What the button or row carries; a flow's answers as JSON."),
  title: z.string().nullable(),
  description: z.string().optional(),
});

const Reaction = z.object({
  type: z.literal("reaction"),
  to: z.string().nullable().describe("Meta's id of the message."),
  emoji: z.string().nullable().describe("Null takes the reaction back."),
});

const Location = z.object({
  type: z.literal("location"),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  name: z.string().optional(),
  address: z.string().optional(),
  url: z.string().optional(),
});

const Contacts = z.object({ type: z.literal("contacts"), cards: z.array(z.unknown()).describe("As Meta sent them.") });

const Order = z.object({
  type: z.literal("order"),
  catalogId: z.string().nullable(),
  text: z.string().optional(),
  items: z.array(z.unknown()).describe("As Meta sent them."),
});

const Deleted = z.object({ type: z.literal("deleted"), original: z.string().nullable().describe("Meta's id of the message.") });

const System = z.object({ type: z.literal("system"), event: z.string(), body: z.string().optional() });

const Call = z.object({
  type: z.literal("call"),
  callId: z.string(),
  event: z.string().optional(),
  status: z.string().optional(),
});

const Unsupported = z.object({
  type: z.literal("unsupported"),
  metaType: z.string().describe("Meta's own name of it."),
  details: z.string().optional(),
});

/** What an edit can leave behind. */
const Editable = z.union([
  Text,
  Template,
  Media,
  Interactive,
  Reply,
  Reaction,
  Location,
  Contacts,
  Order,
  Deleted,
  System,
  Call,
  Unsupported,
]);

const Edited = z.object({
  type: z.literal("edited"),
  original: z.string().nullable().describe("Meta's id of the message."),
  content: Editable.nullable().describe("What it says now."),
});

/** What a message says, in either direction: read from webhooks, stored, sent to Meta, answered by the API and drawn on screens. */
export const MessageContent = z.union([Editable, Edited]);
export type MessageContent = z.infer<typeof MessageContent>;
export type ContentType = MessageContent["type"];
export type ContentOf<T extends ContentType> = Extract<MessageContent, { type: T }>;

/** Types that we can send. */
export type SendableContent = ContentOf<"text" | "template" | "media" | "interactive" | "reaction" | "location" | "contacts">;

export function isSendable(content: MessageContent): content is SendableContent {
  return ["text", "template", "media", "interactive", "reaction", "location", "contacts"].includes(content.type);
}

/**
 * The body of `POST /{phone number id}/messages`. A template is filled in by its synced shape as it is now, so that values
 * which no longer fit it are refused here (`template_params_mismatch`) and not by Meta. Throws `validation_failed` for what
 * cannot be sent.
 */
export function toPayload(content: SendableContent, address: PayloadAddress, template?: SentTemplate | null): MessagePayload {
  switch (content.type) {
    case "text":
      return textPayload({ ...address, body: content.body, previewUrl: content.previewUrl });
    case "template":
      if (!template) throw new Error("A template is sent by its shape.");
      return templatePayload({
        ...address,
        template,
        params: content.params,
        header: headerParameter(content.header),
        extras: content.extras && {
          ...content.extras,
          cards: content.extras.cards?.flatMap((file) => headerParameter(file) ?? []),
        },
      });
    case "media":
      return { ...payloadAddress(address), type: content.kind, [content.kind]: fileOf(content) };
    case "interactive":
      return { ...payloadAddress(address), type: "interactive", interactive: interactivePayload(content, address.callbackData) };
    case "reaction":
      return {
        ...payloadAddress(address),
        type: "reaction",
        reaction: { message_id: content.to ?? "", emoji: content.emoji ?? "" },
      };
    case "location":
      return { ...payloadAddress(address), type: "location", location: placeOf(content) };
    case "contacts":
      return { ...payloadAddress(address), type: "contacts", contacts: content.cards };
  }
}

function fileOf({ kind, mediaId, link, caption, filename, voice }: ContentOf<"media">): Record<string, unknown> {
  return {
    ...(mediaId === null ? { link } : { id: mediaId }),
    ...(caption !== undefined && kind !== "audio" && kind !== "sticker" && { caption }),
    ...(filename !== undefined && kind === "document" && { filename }),
    ...(voice === true && kind === "audio" && { voice }),
  };
}

function placeOf({ latitude, longitude, name, address }: ContentOf<"location">): Record<string, unknown> {
  return { latitude, longitude, ...(name && { name }), ...(address && { address }) };
}

/** A header has no caption. */
function headerParameter(header: ContentOf<"template">["header"]): HeaderParameter | undefined {
  if (header === undefined) return undefined;
  if (header.type === "location") return { type: "location", location: placeOf(header) };
  return { type: header.kind, [header.kind]: fileOf({ ...header, caption: undefined }) };
}

/** Meta's word for each kind of ours. */
const INTERACTIVE_TYPES = {
  buttons: "button",
  list: "list",
  cta_url: "cta_url",
  flow: "flow",
  location_request: "location_request_message",
} as const;

function interactivePayload(content: ContentOf<"interactive">, callbackData: string | undefined): Record<string, unknown> {
  return {
    type: INTERACTIVE_TYPES[content.kind],
    ...(content.header !== undefined && { header: { type: "text", text: content.header } }),
    body: { text: content.body },
    ...(content.footer !== undefined && { footer: { text: content.footer } }),
    action: interactiveAction(content, callbackData),
  };
}

function interactiveAction(content: ContentOf<"interactive">, callbackData: string | undefined): Record<string, unknown> {
  switch (content.kind) {
    case "buttons":
      return { buttons: content.buttons.map((reply) => ({ type: "reply", reply })) };
    case "list":
      return { button: content.button, sections: content.sections };
    case "cta_url":
      return { name: "cta_url", parameters: { display_text: content.button, url: content.url } };
    case "flow":
      return {
        name: "flow",
        parameters: {
          flow_message_version: "3",
          flow_id: content.flowId,
          flow_cta: content.button,
          flow_token: content.flowToken ?? callbackData ?? "unused",
          ...(content.screen !== undefined && {
            flow_action: "navigate",
            flow_action_payload: { screen: content.screen, ...(content.data && { data: content.data }) },
          }),
        },
      };
    case "location_request":
      return { name: "send_location" };
  }
}
