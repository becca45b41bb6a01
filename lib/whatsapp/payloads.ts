import { AppError } from "@/lib/errors";
import {
  type ButtonPart,
  type LayoutPart,
  type ParameterFormat,
  readTemplate,
  type TemplateShape,
} from "@/lib/whatsapp/template-layout";
import { bindParams, checkTemplateParams } from "@/lib/whatsapp/template-rules";
import type { TemplateParams } from "@/lib/whatsapp/template-schema";
import { MESSAGE_LIMITS, textLength } from "@/lib/whatsapp/text-length";

/** Either a phone number in E.164, or Meta's business-scoped user id such as `TR.1122334455`. */
export type PayloadRecipient = { to: string; recipient?: undefined } | { recipient: string; to?: undefined };

/** How the person at this address (a number in E.164, or a user id) is written to. */
export function recipientAt(address: string): PayloadRecipient {
  return address.startsWith("+") ? { to: address } : { recipient: address };
}

type Addressed = {
  messaging_product: "whatsapp";
  recipient_type: "individual";
  to?: string;
  recipient?: string;
  biz_opaque_callback_data?: string;
  context?: { message_id: string };
};

type TextParameter = { type: "text"; text: string; parameter_name?: string };

/** The file or place of a header: what it is sits under a key of its type's name. */
export type HeaderParameter = { type: string; [content: string]: unknown };

export type TemplateComponentPayload =
  | { type: "header"; parameters: HeaderParameter[] }
  | { type: "header" | "body"; parameters: TextParameter[] }
  | { type: "button"; sub_type: "url"; index: string; parameters: TextParameter[] }
  | { type: "button"; sub_type: "quick_reply"; index: string; parameters: { type: "payload"; payload: string }[] }
  | { type: "button"; sub_type: "copy_code"; index: string; parameters: { type: "coupon_code"; coupon_code: string }[] }
  | { type: "button"; sub_type: "flow"; index: string; parameters: { type: "action"; action: FlowAction }[] }
  | {
      type: "limited_time_offer";
      parameters: { type: "limited_time_offer"; limited_time_offer: { expiration_time_ms: number } }[];
    }
  | { type: "carousel"; cards: { card_index: number; components: TemplateComponentPayload[] }[] };

type FlowAction = { flow_token: string; flow_action_data?: Record<string, unknown> };

/** What a message gives its template beside values and the header. */
export type TemplateExtras = {
  /** The files of a carousel's cards, in their order. */
  cards?: readonly HeaderParameter[] | undefined;
  offerExpiresAt?: string | undefined;
  /** What quick replies carry, by their place among the buttons of the template or of a card. */
  buttons?: readonly { index: number; card?: number | undefined; payload: string }[] | undefined;
  flow?: { token?: string | undefined; data?: Record<string, unknown> | undefined } | undefined;
};

export type TextPayload = Addressed & { type: "text"; text: { body: string; preview_url: boolean } };

export type TemplatePayload = Addressed & {
  type: "template";
  template: { name: string; language: { code: string }; components?: TemplateComponentPayload[] };
};

/** The other types, whose content sits under a key of the type's own name. */
export type OtherPayload = Addressed & {
  type: "image" | "video" | "audio" | "document" | "sticker" | "interactive" | "reaction" | "location" | "contacts";
  [content: string]: unknown;
};

export type MessagePayload = TextPayload | TemplatePayload | OtherPayload;

/** Whom it goes to, and what ties Meta's answers to it. */
export type PayloadAddress = PayloadRecipient & {
  /** Echoed by Meta in every status of the message: our own message id. */
  callbackData?: string;
  /** Makes the message a reply to this message id. */
  contextMessageId?: string;
};

/** A free-form text. Throws `validation_failed` on an empty or too long body, and on a number without `+`. */
export function textPayload(input: PayloadAddress & { body: string; previewUrl?: boolean }): TextPayload {
  if (input.body.trim() === "") throw invalid("body", "The message text is empty.");
  if (textLength(input.body) > MESSAGE_LIMITS.textBody) {
    throw invalid("body", `The message text is longer than ${MESSAGE_LIMITS.textBody} characters.`);
  }
  return { ...payloadAddress(input), type: "text", text: { body: input.body, preview_url: input.previewUrl ?? false } };
}

/** A template as it is sent; `optOutButton` is the text of the quick reply by which a person stops offers. */
export type SentTemplate = TemplateShape & { name: string; language: string; optOutButton?: string | null };

/** What an opt-out button carries: read as a stop of offers, whatever the button says. */
const STOP_OFFERS = "STOP_OFFERS";

/**
 * A template with its values filled in. `template` is the synced one; it is not asked whether Meta approved it.
 * Throws `template_params_mismatch` with the whole `checkTemplateParams` answer when the values do not fit.
 */
export function templatePayload(
  input: PayloadAddress & {
    template: SentTemplate;
    params?: TemplateParams | null;
    header?: HeaderParameter | undefined;
    extras?: TemplateExtras | undefined;
  },
): TemplatePayload {
  const { template, params, header, extras = {} } = input;
  const check = checkTemplateParams(template, params, {
    header: header?.type,
    cards: extras.cards?.map(({ type }) => type),
    offerExpiresAt: extras.offerExpiresAt,
    buttons: extras.buttons,
    hasFlow: extras.flow !== undefined,
  });
  if (!check.ok) throw new AppError("template_params_mismatch", undefined, { details: check });
  const components = [
    ...(header ? [{ type: "header" as const, parameters: [header] }] : []),
    ...templateComponents(template, params, extras, input.callbackData),
  ];
  return {
    ...payloadAddress(input),
    type: "template",
    template: {
      name: template.name,
      language: { code: template.language },
      ...(components.length > 0 && { components }),
    },
  };
}

function templateComponents(
  template: SentTemplate,
  params: TemplateParams | null | undefined,
  extras: TemplateExtras,
  callbackData: string | undefined,
): TemplateComponentPayload[] {
  const layout = readTemplate(template);
  const { values } = bindParams(layout, params);
  const flow: FlowAction = {
    // Comes back with the flow's answers, so that they find their message.
    flow_token: extras.flow?.token ?? callbackData ?? "unused",
    ...(extras.flow?.data && { flow_action_data: extras.flow.data }),
  };
  const payloadOf = (button: ButtonPart, card?: number): string | undefined =>
    extras.buttons?.find((one) => one.index === button.index && one.card === card)?.payload ??
    (card === undefined && button.text === template.optOutButton ? STOP_OFFERS : undefined);
  const filling = { format: layout.format, values, flow, payloadOf };
  const components = partComponents(layout, filling);
  if (extras.offerExpiresAt !== undefined) {
    const expires = { expiration_time_ms: Date.parse(extras.offerExpiresAt) };
    components.push({
      type: "limited_time_offer",
      parameters: [{ type: "limited_time_offer", limited_time_offer: expires }],
    });
  }
  if (layout.cards.length > 0) {
    const cards = layout.cards.map((card, index) => {
      const file = extras.cards?.[index];
      const header = file ? [{ type: "header" as const, parameters: [file] }] : [];
      return { card_index: index, components: [...header, ...partComponents(card, filling, index)] };
    });
    components.push({ type: "carousel", cards });
  }
  return components;
}

type Filling = {
  format: ParameterFormat;
  values: Map<string, string>;
  flow: FlowAction;
  payloadOf: (button: ButtonPart, card?: number) => string | undefined;
};

/** The components of a template, or of one card. */
function partComponents(
  part: LayoutPart,
  { format, values, flow, payloadOf }: Filling,
  card?: number,
): TemplateComponentPayload[] {
  const filled = (key: string) => values.get(key) ?? "";
  const textParameters = (keys: Map<string, string>): TextParameter[] =>
    Array.from(keys, ([name, key]) => ({
      type: "text",
      ...(format === "NAMED" && { parameter_name: name }),
      text: filled(key),
    }));

  const components: TemplateComponentPayload[] = [];
  if (part.header && part.header.keys.size > 0) components.push({ type: "header", parameters: textParameters(part.header.keys) });
  if (part.body.keys.size > 0) components.push({ type: "body", parameters: textParameters(part.body.keys) });
  for (const button of part.buttons) {
    const [key] = button.keys.values();
    const place = { type: "button", index: String(button.index) } as const;
    const payload = button.type === "QUICK_REPLY" ? payloadOf(button, card) : undefined;
    if (button.type === "FLOW") components.push({ ...place, sub_type: "flow", parameters: [{ type: "action", action: flow }] });
    else if (payload !== undefined)
      components.push({ ...place, sub_type: "quick_reply", parameters: [{ type: "payload", payload }] });
    else if (key !== undefined && button.type === "COPY_CODE")
      components.push({ ...place, sub_type: "copy_code", parameters: [{ type: "coupon_code", coupon_code: filled(key) }] });
    else if (key !== undefined) components.push({ ...place, sub_type: "url", parameters: [{ type: "text", text: filled(key) }] });
  }
  return components;
}

/** The envelope of every message. Throws `invalid_phone_number`, and `validation_failed` for an empty user id. */
export function payloadAddress(input: PayloadAddress): Addressed {
  if (input.to !== undefined && !/^\+\d{7,15}$/.test(input.to)) throw new AppError("invalid_phone_number");
  if (input.recipient !== undefined && input.recipient.trim() === "") throw invalid("recipient", "The recipient is empty.");
  if (input.callbackData !== undefined && input.callbackData.length > MESSAGE_LIMITS.callbackData) {
    throw invalid("callbackData", `The callback data is longer than ${MESSAGE_LIMITS.callbackData} characters.`);
  }
  return {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    ...(input.to !== undefined ? { to: input.to } : { recipient: input.recipient }),
    ...(input.callbackData !== undefined && { biz_opaque_callback_data: input.callbackData }),
    ...(input.contextMessageId !== undefined && { context: { message_id: input.contextMessageId } }),
  };
}

function invalid(field: string, message: string): AppError {
  return new AppError("validation_failed", message, { details: { field } });
}
