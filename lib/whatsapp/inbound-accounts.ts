import type {
  AccountAlertItem,
  AccountReviewItem,
  AccountUpdateItem,
  BusinessCapabilityItem,
  CallItem,
  CallStatusItem,
  ContactSyncItem,
  HistoryItem,
  ItemBase,
  PhoneNameItem,
  PhoneQualityItem,
  PreferenceItem,
  SecurityItem,
  TemplateCategoryItem,
  TemplateComponentsItem,
  TemplateQualityItem,
  TemplateStatusItem,
  UserActionItem,
} from "@/lib/whatsapp/inbound-items";
import { at, readErrors } from "@/lib/whatsapp/inbound-messages";
import { type Bag, bagOf, isBag, listOf, momentOf, numberOf, present, textOf } from "@/lib/whatsapp/inbound-reader";

export function readTemplateStatus(base: ItemBase, value: Bag): TemplateStatusItem | null {
  const event = textOf(value, "event");
  if (!event) return null;
  const rejection = bagOf(value, "rejection_info");
  const info = bagOf(value, "other_info");
  return {
    ...base,
    kind: "template_status",
    event: event.toUpperCase(),
    ...readTemplateName(value),
    ...present({
      category: textOf(value, "message_template_category"),
      reason: textOf(value, "reason"),
      rejection:
        rejection && present({ reason: textOf(rejection, "reason"), recommendation: textOf(rejection, "recommendation") }),
      disableDate: textOf(bagOf(value, "disable_info"), "disable_date"),
      infoTitle: textOf(info, "title"),
      infoDescription: textOf(info, "description"),
    }),
  };
}

export function readTemplateQuality(base: ItemBase, value: Bag): TemplateQualityItem | null {
  const current = textOf(value, "new_quality_score");
  if (!current) return null;
  return {
    ...base,
    kind: "template_quality",
    current,
    ...readTemplateName(value),
    ...present({ previous: textOf(value, "previous_quality_score") }),
  };
}

export function readTemplateCategory(base: ItemBase, value: Bag): TemplateCategoryItem {
  const previousCategory = textOf(value, "previous_category");
  const correctCategory = textOf(value, "correct_category");
  return {
    ...base,
    kind: "template_category",
    stage: correctCategory ? "warning" : previousCategory ? "done" : "unknown",
    ...readTemplateName(value),
    ...present({
      previousCategory,
      newCategory: textOf(value, "new_category"),
      correctCategory,
      changesAt: momentOf(value, "category_update_timestamp") ?? undefined,
    }),
  };
}

export function readTemplateComponents(base: ItemBase, value: Bag): TemplateComponentsItem {
  const buttons = (listOf(value, "message_template_buttons") ?? []).filter(isBag);
  return {
    ...base,
    kind: "template_components",
    ...readTemplateName(value),
    ...present({
      header: textOf(value, "message_template_title"),
      body: textOf(value, "message_template_element"),
      footer: textOf(value, "message_template_footer"),
    }),
    buttons: buttons.map((button) =>
      present({
        type: textOf(button, "message_template_button_type"),
        text: textOf(button, "message_template_button_text"),
        url: textOf(button, "message_template_button_url"),
        phoneNumber: textOf(button, "message_template_button_phone_number"),
      }),
    ),
  };
}

export function readPhoneQuality(base: ItemBase, value: Bag): PhoneQualityItem {
  return {
    ...base,
    kind: "phone_quality",
    ...present({
      event: textOf(value, "event"),
      displayPhoneNumber: textOf(value, "display_phone_number"),
      limit: textOf(value, "max_daily_conversations_per_business") ?? textOf(value, "current_limit"),
      oldLimit: textOf(value, "old_limit"),
    }),
  };
}

export function readPhoneName(base: ItemBase, value: Bag): PhoneNameItem {
  return {
    ...base,
    kind: "phone_name",
    ...present({
      decision: textOf(value, "decision"),
      displayPhoneNumber: textOf(value, "display_phone_number"),
      requestedName: textOf(value, "requested_verified_name"),
      rejectionReason: textOf(value, "rejection_reason"),
    }),
  };
}

export function readAccountUpdate(base: ItemBase, value: Bag): AccountUpdateItem | null {
  const event = textOf(value, "event");
  if (!event) return null;
  const waba = bagOf(value, "waba_info");
  const ban = bagOf(value, "ban_info");
  const disconnection = bagOf(value, "disconnection_info");
  const volume = bagOf(value, "volume_tier_info");
  const restrictions = listOf(value, "restriction_info") ?? [bagOf(value, "restriction_info")];
  return {
    ...base,
    kind: "account_update",
    event: event.toUpperCase(),
    ...present({
      customerWabaId: textOf(waba, "waba_id"),
      ownerBusinessId: textOf(waba, "owner_business_id"),
      phoneNumber: textOf(value, "phone_number"),
      banState: (textOf(ban, "waba_ban_state") ?? firstText(listOf(ban, "waba_ban_state")))?.toUpperCase(),
      banDate: textOf(ban, "waba_ban_date"),
      violationType: textOf(bagOf(value, "violation_info"), "violation_type"),
      disconnectReason: textOf(disconnection, "reason"),
      disconnectedBy: textOf(disconnection, "initiated_by"),
      country: textOf(value, "country"),
      volumeTier:
        volume &&
        present({
          category: textOf(volume, "pricing_category"),
          tier: textOf(volume, "tier"),
          effectiveMonth: textOf(volume, "effective_month"),
          region: textOf(volume, "region"),
        }),
    }),
    restrictions: restrictions.filter(isBag).flatMap((restriction) => {
      const type = textOf(restriction, "restriction_type");
      if (!type) return [];
      return [
        { type, expiresAt: momentOf(restriction, "expiration"), ...present({ remediation: textOf(restriction, "remediation") }) },
      ];
    }),
  };
}

export function readAccountReview(base: ItemBase, value: Bag): AccountReviewItem | null {
  const decision = textOf(value, "decision");
  return decision ? { ...base, kind: "account_review", decision: decision.toUpperCase() } : null;
}

export function readAccountAlert(base: ItemBase, value: Bag): AccountAlertItem {
  const info = bagOf(value, "alert_info") ?? value;
  return {
    ...base,
    kind: "account_alert",
    ...present({
      type: textOf(info, "alert_type"),
      severity: textOf(info, "alert_severity"),
      status: textOf(info, "alert_status"),
      description: textOf(info, "alert_description"),
      entityType: textOf(value, "entity_type"),
      entityId: textOf(value, "entity_id"),
    }),
  };
}

export function readBusinessCapability(base: ItemBase, value: Bag): BusinessCapabilityItem {
  return {
    ...base,
    kind: "business_capability",
    ...present({
      limit: textOf(value, "max_daily_conversations_per_business") ?? textOf(value, "max_daily_conversation_per_phone"),
      maxPhoneNumbersPerBusiness: numberOf(value, "max_phone_numbers_per_business"),
      maxPhoneNumbersPerWaba: numberOf(value, "max_phone_numbers_per_waba"),
    }),
  };
}

export function readSecurity(base: ItemBase, value: Bag): SecurityItem | null {
  const event = textOf(value, "event");
  if (!event) return null;
  return {
    ...base,
    kind: "security",
    event: event.toUpperCase(),
    ...present({ displayPhoneNumber: textOf(value, "display_phone_number"), requester: textOf(value, "requester") }),
  };
}

export function readPreference(base: ItemBase, part: Bag): PreferenceItem | null {
  const value = textOf(part, "value");
  if (!value) return null;
  return {
    ...at(base, part),
    kind: "preference",
    value: value.toLowerCase(),
    ...present({
      waId: textOf(part, "wa_id"),
      userId: textOf(part, "user_id"),
      category: textOf(part, "category"),
      detail: textOf(part, "detail"),
      signupId: textOf(part, "signup_id"),
    }),
  };
}

export function readContactSync(base: ItemBase, part: Bag): ContactSyncItem {
  const contact = bagOf(part, "contact");
  return {
    ...base,
    at: momentOf(bagOf(part, "metadata"), "timestamp") ?? momentOf(part, "timestamp") ?? base.at,
    raw: part,
    kind: "contact_sync",
    ...present({
      action: textOf(part, "action"),
      phoneNumber: textOf(contact, "phone_number"),
      userId: textOf(contact, "user_id"),
      fullName: textOf(contact, "full_name"),
      firstName: textOf(contact, "first_name"),
    }),
  };
}

export function readCall(base: ItemBase, part: Bag): CallItem | null {
  const callId = textOf(part, "id");
  if (!callId) return null;
  return {
    ...at(base, part),
    kind: "call",
    callId,
    ...present({
      event: textOf(part, "event"),
      direction: textOf(part, "direction"),
      from: textOf(part, "from"),
      to: textOf(part, "to"),
      status: textOf(part, "status") ?? firstText(listOf(part, "status")),
    }),
  };
}

export function readCallStatus(base: ItemBase, part: Bag): CallStatusItem | null {
  const callId = textOf(part, "id");
  const status = textOf(part, "status");
  if (!callId || !status) return null;
  return {
    ...at(base, part),
    kind: "call_status",
    callId,
    status,
    ...present({ recipientId: textOf(part, "recipient_id"), callbackData: textOf(part, "biz_opaque_callback_data") }),
    errors: readErrors(part),
  };
}

export function readHistory(base: ItemBase, value: Bag): HistoryItem {
  const chunks = (listOf(value, "history") ?? []).filter(isBag);
  const metadata = bagOf(chunks[0], "metadata");
  return {
    ...base,
    kind: "history",
    ...present({
      phase: numberOf(metadata, "phase"),
      chunk: numberOf(metadata, "chunk_order"),
      progress: numberOf(metadata, "progress"),
    }),
    threads: chunks.flatMap((chunk) => listOf(chunk, "threads") ?? []),
    messages: listOf(value, "messages") ?? [],
    errors: [...chunks.flatMap(readErrors), ...readErrors(value)],
  };
}

export function readUserAction(base: ItemBase, part: Bag): UserActionItem {
  return {
    ...at(base, part),
    kind: "user_action",
    ...present({
      action: textOf(part, "action_type") ?? textOf(part, "action") ?? textOf(part, "type"),
      userId: textOf(part, "user_id"),
      waId: textOf(part, "wa_id"),
    }),
  };
}

function readTemplateName(value: Bag) {
  return present({
    templateId: textOf(value, "message_template_id"),
    name: textOf(value, "message_template_name"),
    language: textOf(value, "message_template_language")?.replace("-", "_"),
  });
}

function firstText(list: unknown[] | undefined): string | undefined {
  return list?.find((item) => typeof item === "string");
}
