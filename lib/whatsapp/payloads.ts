import { AppError } from "@/lib/errors";
import { readTemplate, type TemplateShape } from "@/lib/whatsapp/template-layout";
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
  | { type: "button"; sub_type: "flow"; index: string; parameters: { type: "action"; action: { flow_token: string } }[] };

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
  },
): TemplatePayload {
  const { template, params, header } = input;
  const check = checkTemplateParams(template, params, header?.type);
  if (!check.ok) throw new AppError("template_params_mismatch", undefined, { details: check });
  const components = [
    ...(header ? [{ type: "header" as const, parameters: [header] }] : []),
    ...templateComponents(template, params, input.callbackData),
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
  callbackData: string | undefined,
): TemplateComponentPayload[] {
  const layout = readTemplate(template);
  const { values } = bindParams(layout, params);
  const filled = (key: string) => values.get(key) ?? "";
  const textParameters = (keys: Map<string, string>): TextParameter[] =>
    Array.from(keys, ([name, key]) => ({
      type: "text",
      ...(layout.format === "NAMED" && { parameter_name: name }),
      text: filled(key),
    }));

  const components: TemplateComponentPayload[] = [];
  if (layout.header && layout.header.keys.size > 0)
    components.push({ type: "header", parameters: textParameters(layout.header.keys) });
  if (layout.body.keys.size > 0) components.push({ type: "body", parameters: textParameters(layout.body.keys) });
  for (const button of layout.buttons) {
    const [key] = button.keys.values();
    const place = { type: "button", index: String(button.index) } as const;
    if (button.type === "FLOW") {
      // Comes back with the flow's answers, so that they find their message.
      const action = { flow_token: callbackData ?? "unused" };
      components.push({ ...place, sub_type: "flow", parameters: [{ type: "action", action }] });
      continue;
    }
    if (button.type === "QUICK_REPLY" && button.text === template.optOutButton) {
      components.push({ ...place, sub_type: "quick_reply", parameters: [{ type: "payload", payload: STOP_OFFERS }] });
      continue;
    }
    if (key === undefined) continue;
    components.push(
      button.type === "COPY_CODE"
        ? { ...place, sub_type: "copy_code", parameters: [{ type: "coupon_code", coupon_code: filled(key) }] }
        : { ...place, sub_type: "url", parameters: [{ type: "text", text: filled(key) }] },
    );
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
