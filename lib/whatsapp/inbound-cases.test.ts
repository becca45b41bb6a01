import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseWebhook, parseWebhookJson } from "@/lib/whatsapp/inbound";
import type { WebhookItem } from "@/lib/whatsapp/inbound-items";

/**
 * Bodies from other people's test suites, kept outside the repository because of their licences. Where the folder is not there,
 * these cases do not exist; inbound.test.ts covers every kind with our own.
 */
const FOLDER = path.resolve(import.meta.dirname, "../../../shared/webhook-cases");
const INDEX = path.join(FOLDER, "index.json");

type Expected = Record<string, unknown>;
type Case = { file: string; what: string; expected: Expected[] };
const cases: Case[] = existsSync(INDEX) ? JSON.parse(readFileSync(INDEX, "utf8")).cases : [];

describe("collected webhook bodies", () => {
  it("are all read, none with a malformed part", () => {
    const kinds = cases.flatMap((c) =>
      parseWebhook(parseWebhookJson(readFileSync(path.join(FOLDER, c.file), "utf8"))).map((item) => item.kind),
    );
    expect(kinds.filter((kind) => kind.startsWith("malformed"))).toEqual([]);
  });

  for (const { file, what, expected } of cases) {
    it(`reads ${what} (${file})`, () => {
      const items = parseWebhook(parseWebhookJson(readFileSync(path.join(FOLDER, file), "utf8")));
      expect(items.map((item) => item.kind)).toEqual(expected.map((e) => e.kind));
      expected.forEach((fields, index) => {
        const item = items[index];
        if (!item) throw new Error("an item is missing");
        const described = describeItem(item);
        const picked = Object.fromEntries(Object.keys(fields).map((key) => [key, described[key]]));
        expect(picked).toEqual(fields);
      });
    });
  }
});

/** An item in the words of index.json. A key that is not listed here would come out as undefined and fail. */
function describeItem(item: WebhookItem): Expected {
  const common = {
    kind: item.kind,
    waba_id: item.wabaId,
    phone_number_id: item.phoneNumberId,
    field: item.field,
    timestamp: item.at ? String(item.at.getTime() / 1000) : null,
  };
  switch (item.kind) {
    case "status":
      return {
        ...common,
        wamid: item.wamid,
        status: item.status,
        recipient_id: item.recipientId,
        recipient_type: item.recipientType,
        biz_opaque_callback_data: item.callbackData,
        conversation_id: item.conversationId,
        pricing: item.pricing && {
          ...(item.pricing.billable !== undefined && { billable: item.pricing.billable }),
          ...(item.pricing.model && { pricing_model: item.pricing.model }),
          ...(item.pricing.type && { type: item.pricing.type }),
          ...(item.pricing.category && { category: item.pricing.category }),
        },
        error_codes: item.errors.map((e) => e.code),
      };
    case "message":
    case "echo":
      return {
        ...common,
        to: item.kind === "echo" ? item.to : undefined,
        wamid: item.wamid,
        type: item.type,
        from: item.from,
        from_user_id: item.fromUserId,
        contacts_user_id: item.contactUserId,
        profile_name: item.profileName,
        reply_to: item.replyTo,
        text: item.text,
        caption: item.caption,
        media_id: item.media?.id,
        mime_type: item.media?.mimeType,
        filename: item.media?.filename,
        voice: item.media?.voice,
        animated: item.media?.animated,
        media_url_present: item.media?.url !== undefined,
        latitude: item.location?.latitude,
        longitude: item.location?.longitude,
        contact_cards: item.contactCards?.length,
        button_text: item.button?.text,
        button_payload: item.button?.payload,
        interactive_type: item.interactive?.type,
        reply_id: item.interactive?.replyId,
        reply_title: item.interactive?.replyTitle,
        flow_name: item.interactive?.flowName,
        flow_response_is_json_string: typeof item.interactive?.flowResponse === "string" && isJson(item.interactive.flowResponse),
        call_permission: item.interactive?.callPermission,
        reaction_to: item.reaction?.messageId,
        emoji: item.reaction?.emoji,
        removed: item.reaction?.removed,
        order_items: item.order?.items.length,
        original_wamid: item.originalWamid,
        forwarded: item.forwarded,
        frequently_forwarded: item.frequentlyForwarded,
        referral_source_type: item.referral?.sourceType,
        referral_source_id: item.referral?.sourceId,
        ctwa_clid: item.referral?.clickId,
        unsupported_type: item.unsupportedType,
        error_codes: item.errors.map((e) => e.code),
      };
    case "system":
      return {
        ...common,
        wamid: item.wamid,
        type: item.type,
        from: item.from,
        profile_name: item.profileName,
        system_type: item.systemType,
        new_wa_id: item.newWaId,
      };
    case "errors":
      return { ...common, error_codes: item.errors.map((e) => e.code) };
    case "template_status":
      return {
        ...common,
        ...describeTemplate(item),
        event: item.event,
        category: item.category,
        reason: item.reason,
        recommendation_present: item.rejection?.recommendation !== undefined,
      };
    case "template_quality":
      return { ...common, ...describeTemplate(item), previous: item.previous, new: item.current };
    case "template_category":
      return { ...common, ...describeTemplate(item), new_category: item.newCategory, stage: item.stage };
    case "template_components":
      return { ...common, ...describeTemplate(item), body_present: item.body !== undefined };
    case "account_update":
      return {
        ...common,
        event: item.event,
        ban_state: item.banState,
        restrictions: item.restrictions.map((r) => r.type),
        violation_type: item.violationType,
        customer_waba_id: item.customerWabaId,
      };
    case "preference":
      return { ...common, wa_id: item.waId, category: item.category, value: item.value };
    case "call":
      return { ...common, call_id: item.callId, event: item.event, direction: item.direction };
    case "call_status":
      return { ...common, call_id: item.callId, status: item.status };
    default:
      return common;
  }
}

function describeTemplate(item: { templateId?: string; name?: string; language?: string }): Expected {
  return { template_id: item.templateId, name: item.name, language: item.language };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
