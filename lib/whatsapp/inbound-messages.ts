import type {
  EchoItem,
  HistoryItem,
  InboundMedia,
  ItemBase,
  MessageItem,
  MessageParts,
  MetaError,
  Referral,
  StatusItem,
  SystemItem,
} from "@/lib/whatsapp/inbound-items";
import { type Bag, bagOf, flagOf, isBag, listOf, momentOf, numberOf, present, textOf } from "@/lib/whatsapp/inbound-reader";

/** Reads `statuses[]`. Null when the message id or the status is missing. */
export function readStatus(base: ItemBase, status: Bag): StatusItem | null {
  const wamid = textOf(status, "id");
  const word = textOf(status, "status")?.toLowerCase();
  if (!wamid || !word) return null;
  const pricing = bagOf(status, "pricing");
  return {
    ...at(base, status),
    kind: "status",
    wamid,
    status: word,
    ...present({
      recipientId: textOf(status, "recipient_id"),
      recipientUserId: textOf(status, "recipient_user_id"),
      recipientParentUserId: textOf(status, "recipient_parent_user_id") ?? textOf(status, "parent_recipient_user_id"),
      recipientType: textOf(status, "recipient_type"),
      participantId: textOf(status, "recipient_participant_id"),
      participantUserId: textOf(status, "recipient_participant_user_id"),
      callbackData: textOf(status, "biz_opaque_callback_data"),
      conversationId: textOf(bagOf(status, "conversation"), "id"),
      pricing:
        pricing &&
        present({
          billable: flagOf(pricing, "billable"),
          model: textOf(pricing, "pricing_model"),
          type: textOf(pricing, "type"),
          category: textOf(pricing, "category"),
        }),
      freeEntryUntil: readFreeEntry(status),
    }),
    errors: readErrors(status),
  };
}

/** Pricing alone tells that there is a free entry point; how long ads give is in Meta's hands, so no time is made up. */
function readFreeEntry(status: Bag): Date | undefined {
  if (textOf(bagOf(status, "pricing"), "type") !== "free_entry_point") return undefined;
  return momentOf(bagOf(status, "conversation"), "expiration_timestamp") ?? undefined;
}

/** Reads `messages[]`; a `system` message becomes its own kind. Null when it has no id. */
export function readMessage(base: ItemBase, message: Bag, contacts: Bag[]): MessageItem | SystemItem | null {
  const wamid = textOf(message, "id");
  if (!wamid) return null;
  const contact = contactOf(message, contacts);
  const content = readContent(message);
  if (content.type === "system") return readSystem(base, message, contact, wamid);
  return { ...at(base, message), kind: "message", ...readEnvelope(message, wamid, contact), ...content };
}

/** Reads `message_echoes[]`. Null when it has no id. */
export function readEcho(base: ItemBase, message: Bag, contacts: Bag[]): EchoItem | null {
  const wamid = textOf(message, "id");
  if (!wamid) return null;
  return {
    ...at(base, message),
    kind: "echo",
    ...readEnvelope(message, wamid, contacts[0]),
    ...present({ to: textOf(message, "to"), toUserId: textOf(message, "to_user_id") }),
    ...readContent(message),
  };
}

/** The messages of a handed-over history, with the person of each thread, and whether the business wrote it. */
export function readHistoryMessages(item: HistoryItem): { message: MessageItem; person: string; isOwn: boolean }[] {
  return item.threads.filter(isBag).flatMap((thread) => {
    const person = textOf(thread, "id") ?? textOf(bagOf(thread, "context"), "wa_id");
    if (!person) return [];
    return (listOf(thread, "messages") ?? []).filter(isBag).flatMap((part) => {
      const message = readMessage(item, part, []);
      if (message?.kind !== "message") return [];
      return [{ message, person, isOwn: message.from !== person }];
    });
  });
}

/** Reads the field `user_id_update`, which says the same as a `system` message about a changed user id. */
export function readUserIdUpdate(base: ItemBase, value: Bag): SystemItem {
  const ids = bagOf(value, "user_id");
  return {
    ...at(base, value),
    kind: "system",
    type: "system",
    wamid: null,
    systemType: "user_changed_user_id",
    ...present({
      body: textOf(value, "detail"),
      from: textOf(value, "wa_id"),
      fromUserId: textOf(ids, "previous"),
      newUserId: textOf(ids, "current"),
      newParentUserId: textOf(bagOf(value, "parent_user_id"), "current"),
    }),
  };
}

/** Reads an `errors[]` wherever it stands. */
export function readErrors(bag: Bag): MetaError[] {
  return (listOf(bag, "errors") ?? []).filter(isBag).map((error) => ({
    code: numberOf(error, "code") ?? null,
    title: textOf(error, "title") ?? null,
    message: textOf(error, "message") ?? null,
    details: textOf(bagOf(error, "error_data"), "details") ?? textOf(error, "details") ?? null,
    href: textOf(error, "href") ?? null,
  }));
}

function readSystem(base: ItemBase, message: Bag, contact: Bag | undefined, wamid: string): SystemItem {
  const system = bagOf(message, "system");
  return {
    ...at(base, message),
    kind: "system",
    type: "system",
    wamid,
    ...present({
      systemType: textOf(system, "type"),
      body: textOf(system, "body"),
      from: textOf(message, "from"),
      fromUserId: textOf(message, "from_user_id"),
      newWaId: textOf(system, "wa_id") ?? textOf(system, "new_wa_id"),
      newUserId: textOf(system, "user_id"),
      newParentUserId: textOf(system, "parent_user_id"),
      profileName: textOf(bagOf(contact, "profile"), "name"),
    }),
  };
}

function readEnvelope(message: Bag, wamid: string, contact: Bag | undefined) {
  const context = bagOf(message, "context");
  const profile = bagOf(contact, "profile");
  return {
    wamid,
    ...present({
      from: textOf(message, "from"),
      fromUserId: textOf(message, "from_user_id"),
      fromParentUserId: textOf(message, "from_parent_user_id"),
      contactWaId: textOf(contact, "wa_id"),
      contactUserId: textOf(contact, "user_id"),
      contactParentUserId: textOf(contact, "parent_user_id"),
      profileName: textOf(profile, "name"),
      username: textOf(profile, "username"),
      groupId: textOf(message, "group_id"),
      replyTo: textOf(context, "id"),
      forwarded: flagOf(context, "forwarded"),
      frequentlyForwarded: flagOf(context, "frequently_forwarded"),
      referral: readReferral(bagOf(message, "referral")),
      referredProduct: readProduct(bagOf(context, "referred_product")),
    }),
    errors: readErrors(message),
  };
}

/** The contact that belongs to a message. One contact for one message is it, even where the numbers are written differently. */
function contactOf(message: Bag, contacts: Bag[]): Bag | undefined {
  const from = textOf(message, "from");
  const userId = textOf(message, "from_user_id");
  const match = contacts.find((c) => (userId && textOf(c, "user_id") === userId) || (from && textOf(c, "wa_id") === from));
  return match ?? (contacts.length === 1 ? contacts[0] : undefined);
}

function readReferral(referral: Bag | undefined): Referral | undefined {
  return (
    referral &&
    present({
      sourceUrl: textOf(referral, "source_url"),
      sourceId: textOf(referral, "source_id"),
      sourceType: textOf(referral, "source_type"),
      headline: textOf(referral, "headline"),
      body: textOf(referral, "body"),
      clickId: textOf(referral, "ctwa_clid"),
    })
  );
}

function readProduct(product: Bag | undefined) {
  return product && present({ catalogId: textOf(product, "catalog_id"), retailerId: textOf(product, "product_retailer_id") });
}

const MEDIA_TYPES = ["image", "video", "audio", "document", "sticker"] as const;

/** Types whose object is named like the type, for bodies that leave `type` out. */
const CONTENT_TYPES = [
  "text",
  ...MEDIA_TYPES,
  "voice",
  "location",
  "contacts",
  "interactive",
  "button",
  "reaction",
  "order",
  "system",
  "edit",
  "revoke",
  "unsupported",
] as const;

/** An edit holds a message; nobody edits an edit deeper than this. */
const MAX_DEPTH = 3;

function readContent(message: Bag, depth = 0): MessageParts {
  const type = textOf(message, "type") ?? CONTENT_TYPES.find((t) => Object.hasOwn(message, t)) ?? "unknown";
  const own = bagOf(message, type);
  switch (type) {
    case "text":
      return present({ type, text: textOf(own, "body") });
    case "image":
    case "video":
    case "audio":
    case "voice":
    case "document":
    case "sticker":
      return present({ type, media: readMedia(own), caption: textOf(own, "caption") });
    case "location":
      return present({
        type,
        location: present({
          latitude: numberOf(own, "latitude"),
          longitude: numberOf(own, "longitude"),
          name: textOf(own, "name"),
          address: textOf(own, "address"),
          url: textOf(own, "url"),
        }),
      });
    case "contacts":
      return { type, contactCards: listOf(message, "contacts") ?? [] };
    case "button":
      return { type, button: present({ payload: textOf(own, "payload"), text: textOf(own, "text") }) };
    case "interactive":
      return { type, interactive: readInteractive(own) };
    case "reaction": {
      const emoji = textOf(own, "emoji") ?? null;
      return { type, reaction: { ...present({ messageId: textOf(own, "message_id") }), emoji, removed: emoji === null } };
    }
    case "order":
      return {
        type,
        order: {
          ...present({ catalogId: textOf(own, "catalog_id"), text: textOf(own, "text") }),
          items: listOf(own, "product_items") ?? [],
        },
      };
    case "edit": {
      const inner = bagOf(own, "message");
      return present({
        type,
        originalWamid: textOf(own, "original_message_id"),
        edited: inner && depth < MAX_DEPTH ? readContent(inner, depth + 1) : undefined,
      });
    }
    case "revoke":
      return present({ type, originalWamid: textOf(own, "original_message_id") });
    case "unsupported":
      return present({ type, unsupportedType: textOf(own, "type") });
    default:
      return { type };
  }
}

function readMedia(own: Bag | undefined): InboundMedia {
  return present({
    id: textOf(own, "id"),
    mimeType: textOf(own, "mime_type"),
    sha256: textOf(own, "sha256"),
    filename: textOf(own, "filename"),
    url: textOf(own, "url"),
    voice: flagOf(own, "voice"),
    animated: flagOf(own, "animated"),
  });
}

function readInteractive(own: Bag | undefined): NonNullable<MessageParts["interactive"]> {
  const reply = bagOf(own, "button_reply") ?? bagOf(own, "list_reply");
  const flow = bagOf(own, "nfm_reply");
  return present({
    type: textOf(own, "type"),
    replyId: textOf(reply, "id"),
    replyTitle: textOf(reply, "title"),
    replyDescription: textOf(reply, "description"),
    flowName: textOf(flow, "name"),
    flowBody: textOf(flow, "body"),
    flowResponse: textOf(flow, "response_json"),
    callPermission: textOf(bagOf(own, "call_permission_reply"), "response"),
  });
}

/** The item's own time and part of the body; the entry's time where it has none. */
export function at(base: ItemBase, part: Bag): ItemBase {
  return { ...base, at: momentOf(part, "timestamp") ?? base.at, raw: part };
}
