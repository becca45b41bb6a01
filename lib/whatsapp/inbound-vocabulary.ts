import type { WebhookItem } from "@/lib/whatsapp/inbound-items";

type Described = Record<string, unknown>;

/** An item of a webhook in the words in which the API tells it: flat, with Meta's names of the fields where it has one. */
export function describeItem(item: WebhookItem): Described {
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
      return { ...common, wa_id: item.waId, user_id: item.userId, category: item.category, value: item.value };
    case "call":
      return { ...common, call_id: item.callId, event: item.event, direction: item.direction };
    case "call_status":
      return { ...common, call_id: item.callId, status: item.status };
    case "phone_quality":
      return {
        ...common,
        event: item.event,
        display_phone_number: item.displayPhoneNumber,
        limit: item.limit,
        old_limit: item.oldLimit,
      };
    case "phone_name":
      return {
        ...common,
        decision: item.decision,
        display_phone_number: item.displayPhoneNumber,
        requested_name: item.requestedName,
      };
    case "business_capability":
      return { ...common, limit: item.limit };
    case "account_review":
      return { ...common, decision: item.decision };
    case "account_alert":
      return { ...common, alert_type: item.type, severity: item.severity, description: item.description };
    case "security":
      return { ...common, event: item.event, display_phone_number: item.displayPhoneNumber, requester: item.requester };
    case "contact_sync":
      return { ...common, action: item.action, phone_number: item.phoneNumber, full_name: item.fullName };
    case "history":
      return { ...common, phase: item.phase, chunk: item.chunk, progress: item.progress, threads: item.threads.length };
    case "user_action":
      return { ...common, action: item.action, wa_id: item.waId, user_id: item.userId };
    case "malformed_envelope":
    case "malformed_change":
      return { ...common, reason: item.reason };
    case "unhandled":
      return common;
  }
}

function describeTemplate(item: { templateId?: string; name?: string; language?: string }): Described {
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
