import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { namedAccounts, parseWebhook, parseWebhookJson, verifySignature } from "@/lib/whatsapp/inbound";

const WABA = "100200300400500";
const PHONE = "200300400500600";
const AT = 1_790_000_000;
const DATE = new Date(AT * 1000);
const metadata = { display_phone_number: "905550009999", phone_number_id: PHONE };
const contact = {
  profile: { name: "Ayse", username: "ayse" },
  wa_id: "905550001122",
  user_id: "TR.1122",
  parent_user_id: "TR.ENT.9",
};

function body(field: string | undefined, value: unknown, entry: Record<string, unknown> = {}) {
  return {
    object: "whatsapp_business_account",
    entry: [{ id: WABA, time: AT, ...entry, changes: [{ ...(field !== undefined && { field }), value }] }],
  };
}
const items = (field: string, value: Record<string, unknown>) => parseWebhook(body(field, value));
const messages = (...list: unknown[]) => items("messages", { metadata, contacts: [contact], messages: list });
const message = (fields: Record<string, unknown>) =>
  messages({ from: "905550001122", id: "wamid.1", timestamp: String(AT), ...fields })[0];
const statuses = (...list: unknown[]) => items("messages", { metadata, statuses: list });

describe("verifySignature", () => {
  const secret = "app-secret";
  const bytes = new TextEncoder().encode('{"text":"g\\u00fcn\\/ayd\\u0131n"}');
  const hex = createHmac("sha256", secret).update(bytes).digest("hex");

  it("accepts the HMAC of the very bytes", () => {
    expect(verifySignature(bytes, `sha256=${hex}`, secret)).toBe(true);
    expect(verifySignature(bytes, `sha256=${hex.toUpperCase()}`, secret)).toBe(true);
  });

  it.each([
    ["no header", null, secret],
    ["an absent header", undefined, secret],
    ["an empty header", "", secret],
    ["no prefix", hex, secret],
    ["sha1", `sha1=${hex}`, secret],
    ["a short digest", `sha256=${hex.slice(2)}`, secret],
    ["a long digest", `sha256=${hex}00`, secret],
    ["no hex", `sha256=${"z".repeat(64)}`, secret],
    ["another digest", `sha256=${"0".repeat(64)}`, secret],
    ["two signatures", `sha256=${hex}, sha256=${hex}`, secret],
    ["another secret", `sha256=${hex}`, "other"],
  ])("refuses %s", (_what, header, key) => {
    expect(verifySignature(bytes, header, key)).toBe(false);
  });

  it("refuses an empty secret even with its own HMAC", () => {
    const empty = createHmac("sha256", "").update(bytes).digest("hex");
    expect(verifySignature(bytes, `sha256=${empty}`, "")).toBe(false);
  });

  it("refuses the same JSON printed anew", () => {
    const again = new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))));
    expect(verifySignature(again, `sha256=${hex}`, secret)).toBe(false);
  });
});

describe("parseWebhookJson", () => {
  it("keeps the last digits of long ids", () => {
    expect(parseWebhookJson('{"message_template_id":12345678901234567,"b" : 99999999999999999999 }')).toEqual({
      message_template_id: "12345678901234567",
      b: "99999999999999999999",
    });
  });

  it.each([
    ['{"a":"x\\": 12345678901234567,"}', { a: 'x": 12345678901234567,' }],
    ['{"a":"\\"n\\":12345678901234567}"}', { a: '"n":12345678901234567}' }],
    ['{"a":123456789012345,"b":1.5,"c":-3}', { a: 123456789012345, b: 1.5, c: -3 }],
  ])("leaves %s as it is", (text, value) => {
    expect(parseWebhookJson(text)).toEqual(value);
  });

  it.each(["", "{", "<html>", '{"a":}', "undefined"])("is undefined for %j", (text) => {
    expect(parseWebhookJson(text)).toBeUndefined();
  });
});

describe("namedAccounts", () => {
  it("names the number where there is one, else the account", () => {
    const many = {
      entry: [
        {
          id: "W1",
          changes: [
            { field: "messages", value: { metadata: { phone_number_id: "P1" } } },
            { field: "messages", value: { metadata: { phone_number_id: "P1" } } },
          ],
        },
        {
          id: "W2",
          changes: [
            { field: "account_update", value: { event: "X", waba_info: { waba_id: "W3" } } },
            { field: "messages", value: { metadata: { phone_number_id: 42 } } },
          ],
        },
        { id: 7, changes: [{ field: "security", value: {} }, null, "x"] },
        { id: "W4" },
      ],
    };
    expect(namedAccounts(many)).toEqual({ phoneNumberIds: ["P1", "42"], businessAccountIds: ["W2", "W3", "7", "W4"] });
  });

  it.each([null, undefined, 1, "x", [], {}, { entry: {} }, { entry: [null, 1, [], {}] }, { entry: [{ changes: {} }] }])(
    "names nobody in %j",
    (odd) => {
      expect(namedAccounts(odd)).toEqual({ phoneNumberIds: [], businessAccountIds: [] });
    },
  );
});

describe("statuses", () => {
  it("carry everything that is settled by them", () => {
    const [status] = statuses({
      id: "wamid.1",
      status: "delivered",
      timestamp: String(AT),
      recipient_id: "905550001122",
      recipient_user_id: "TR.1122",
      parent_recipient_user_id: "TR.ENT.9",
      biz_opaque_callback_data: "msg_1",
      conversation: { id: "c1", origin: { type: "utility" } },
      pricing: { billable: true, pricing_model: "PMP", type: "regular", category: "utility" },
    });
    expect(status).toEqual({
      kind: "status",
      wabaId: WABA,
      phoneNumberId: PHONE,
      field: "messages",
      at: DATE,
      raw: expect.objectContaining({ id: "wamid.1" }),
      wamid: "wamid.1",
      status: "delivered",
      recipientId: "905550001122",
      recipientUserId: "TR.1122",
      recipientParentUserId: "TR.ENT.9",
      callbackData: "msg_1",
      conversationId: "c1",
      pricing: { billable: true, model: "PMP", type: "regular", category: "utility" },
      errors: [],
    });
  });

  it("carry the errors of a failure", () => {
    const [status] = statuses({
      id: "wamid.1",
      status: "failed",
      timestamp: AT,
      errors: [{ code: 131026, title: "t", message: "m", error_data: { details: "d" }, href: "h" }, { code: "131049" }, "junk"],
    });
    expect(status).toMatchObject({
      status: "failed",
      at: DATE,
      errors: [
        { code: 131026, title: "t", message: "m", details: "d", href: "h" },
        { code: 131049, title: null, message: null, details: null, href: null },
      ],
    });
  });

  it.each([
    [String(AT), DATE],
    [AT, DATE],
    [AT * 1000, DATE],
    [String(AT * 1000), DATE],
    ["2026-09-21T13:33:20Z", new Date("2026-09-21T13:33:20Z")],
  ])("take the timestamp %j", (timestamp, at) => {
    expect(statuses({ id: "w", status: "read", timestamp })[0]?.at).toEqual(at);
  });

  it.each([undefined, null, "", "soon", 0, -5, "-5", Number.NaN, 1e30, {}, [], true])(
    "fall back to the entry's time for the timestamp %j",
    (timestamp) => {
      expect(statuses({ id: "w", status: "read", timestamp })[0]?.at).toEqual(DATE);
    },
  );

  it("of a group and of words to come are kept", () => {
    expect(
      statuses({
        id: "w",
        status: "TELEPORTED",
        recipient_id: "g",
        recipient_type: "group",
        recipient_participant_id: "90555",
      })[0],
    ).toMatchObject({
      status: "teleported",
      recipientType: "group",
      participantId: "90555",
    });
  });
});

describe("messages", () => {
  it("carry who, when and in answer to what", () => {
    expect(
      message({
        type: "text",
        text: { body: "Hello" },
        from_user_id: "TR.1122",
        context: { id: "wamid.0", from: "905550009999", forwarded: true, frequently_forwarded: true },
        referral: { source_url: "u", source_id: "ad1", source_type: "ad", headline: "h", body: "b", ctwa_clid: "click" },
        group_id: "g1",
      }),
    ).toMatchObject({
      kind: "message",
      wamid: "wamid.1",
      type: "text",
      text: "Hello",
      from: "905550001122",
      fromUserId: "TR.1122",
      contactWaId: "905550001122",
      contactUserId: "TR.1122",
      contactParentUserId: "TR.ENT.9",
      profileName: "Ayse",
      username: "ayse",
      at: DATE,
      wabaId: WABA,
      phoneNumberId: PHONE,
      groupId: "g1",
      replyTo: "wamid.0",
      forwarded: true,
      frequentlyForwarded: true,
      referral: { sourceUrl: "u", sourceId: "ad1", sourceType: "ad", headline: "h", body: "b", clickId: "click" },
      errors: [],
    });
  });

  it.each([
    [
      "image",
      { image: { id: "m1", mime_type: "image/jpeg", sha256: "s", caption: "c", url: "u" } },
      { media: { id: "m1", mimeType: "image/jpeg", sha256: "s", url: "u" }, caption: "c" },
    ],
    ["audio", { audio: { id: "m1", voice: true } }, { media: { id: "m1", voice: true } }],
    ["sticker", { sticker: { id: "m1", animated: false } }, { media: { id: "m1", animated: false } }],
    ["document", { document: { id: "m1", filename: "a.pdf" } }, { media: { id: "m1", filename: "a.pdf" } }],
    ["video", { video: { id: 5 } }, { media: { id: "5" } }],
    [
      "location",
      { location: { latitude: 41.01, longitude: "28.97", name: "Shop" } },
      { location: { latitude: 41.01, longitude: 28.97, name: "Shop" } },
    ],
    ["contacts", { contacts: [{ name: {} }, { name: {} }] }, { contactCards: [{ name: {} }, { name: {} }] }],
    ["button", { button: { payload: "stop", text: "Stop" } }, { button: { payload: "stop", text: "Stop" } }],
    [
      "interactive",
      { interactive: { type: "button_reply", button_reply: { id: "ok", title: "Yes" } } },
      { interactive: { type: "button_reply", replyId: "ok", replyTitle: "Yes" } },
    ],
    [
      "interactive",
      { interactive: { type: "list_reply", list_reply: { id: "r", title: "Row", description: "d" } } },
      { interactive: { type: "list_reply", replyId: "r", replyTitle: "Row", replyDescription: "d" } },
    ],
    [
      "interactive",
      { interactive: { type: "nfm_reply", nfm_reply: { name: "flow", body: "Sent", response_json: '{"a":1}' } } },
      { interactive: { flowName: "flow", flowBody: "Sent", flowResponse: '{"a":1}' } },
    ],
    [
      "interactive",
      { interactive: { type: "call_permission_reply", call_permission_reply: { response: "accept" } } },
      { interactive: { callPermission: "accept" } },
    ],
    ["interactive", {}, { interactive: {} }],
    [
      "reaction",
      { reaction: { message_id: "wamid.0", emoji: "👍" } },
      { reaction: { messageId: "wamid.0", emoji: "👍", removed: false } },
    ],
    [
      "reaction",
      { reaction: { message_id: "wamid.0", emoji: "" } },
      { reaction: { messageId: "wamid.0", emoji: null, removed: true } },
    ],
    ["reaction", { reaction: { message_id: "wamid.0" } }, { reaction: { messageId: "wamid.0", emoji: null, removed: true } }],
    [
      "order",
      { order: { catalog_id: 5, text: "x", product_items: [{}] } },
      { order: { catalogId: "5", text: "x", items: [{}] } },
    ],
    ["revoke", { revoke: { original_message_id: "wamid.0" } }, { originalWamid: "wamid.0" }],
    [
      "edit",
      { edit: { original_message_id: "wamid.0", message: { type: "text", text: { body: "new" } } } },
      { originalWamid: "wamid.0", edited: { type: "text", text: "new" } },
    ],
    [
      "unsupported",
      { unsupported: { type: "poll" }, errors: [{ code: 131051 }] },
      { unsupportedType: "poll", errors: [expect.objectContaining({ code: 131051 })] },
    ],
    ["request_welcome", {}, {}],
    ["hologram", { hologram: { x: 1 } }, {}],
  ])("of type %s are read: %j", (type, fields, expected) => {
    expect(message({ type, ...fields })).toMatchObject({ kind: "message", type, ...expected });
  });

  it.each([
    [{ text: { body: "x" } }, "text"],
    [{ image: { id: "1" } }, "image"],
    [{ button: { text: "x" } }, "button"],
    [{}, "unknown"],
  ])("without a type are known by their object: %j", (fields, type) => {
    expect(message(fields)).toMatchObject({ kind: "message", type });
  });

  it("find their own contact among several", () => {
    const other = { profile: { name: "Ali" }, wa_id: "905550003344", user_id: "TR.33" };
    const list = items("messages", {
      metadata,
      contacts: [other, contact],
      messages: [
        { from: "905550001122", id: "w1", type: "text" },
        { from_user_id: "TR.33", id: "w2", type: "text" },
        { from: "905559999999", id: "w3", type: "text" },
      ],
    });
    expect(list.map((item) => (item.kind === "message" ? item.profileName : "?"))).toEqual(["Ayse", "Ali", undefined]);
  });

  it("from a person without a number carry the user id only", () => {
    const [item] = items("messages", {
      metadata,
      contacts: [{ user_id: "TR.5", profile: { username: "u" } }],
      messages: [{ id: "w", from_user_id: "TR.5", type: "text", text: { body: "x" } }],
    });
    expect(item).toMatchObject({ kind: "message", fromUserId: "TR.5", username: "u" });
    expect(item).not.toHaveProperty("from");
  });

  it("about a changed number or id are a kind of their own", () => {
    expect(message({ type: "system", system: { type: "user_changed_number", wa_id: "905550007788", body: "b" } })).toMatchObject({
      kind: "system",
      systemType: "user_changed_number",
      from: "905550001122",
      newWaId: "905550007788",
      body: "b",
      wamid: "wamid.1",
    });
    expect(message({ type: "system", system: { type: "user_changed_user_id", user_id: "TR.9" } })).toMatchObject({
      kind: "system",
      newUserId: "TR.9",
    });
    expect(items("user_id_update", { metadata, user_id: { previous: "TR.1", current: "TR.2" }, timestamp: AT })).toMatchObject([
      { kind: "system", wamid: null, systemType: "user_changed_user_id", fromUserId: "TR.1", newUserId: "TR.2", at: DATE },
    ]);
  });
});

describe("other fields", () => {
  const template = { message_template_id: 12345, message_template_name: "order", message_template_language: "en-US" };
  const named = { templateId: "12345", name: "order", language: "en_US" };

  it.each([
    [
      "smb_message_echoes",
      { metadata, message_echoes: [{ id: "w", from: "90555", to: "90666", timestamp: AT, type: "text", text: { body: "x" } }] },
      { kind: "echo", wamid: "w", from: "90555", to: "90666", text: "x", at: DATE },
    ],
    [
      "message_echoes",
      { metadata, message_echoes: [{ id: "w", type: "revoke", revoke: { original_message_id: "o" } }] },
      { kind: "echo", originalWamid: "o" },
    ],
    ["messages", { metadata, errors: [{ code: 131000, message: "m" }] }, { kind: "errors", errors: [{ code: 131000 }] }],
    [
      "messages",
      { metadata, user_actions: [{ action_type: "marketing_messages_link_click", timestamp: AT }] },
      { kind: "user_action", action: "marketing_messages_link_click" },
    ],
    [
      "messages",
      { metadata, statuses: [{ id: "wacid.1", type: "call", status: "RINGING" }] },
      { kind: "call_status", callId: "wacid.1" },
    ],
    ["messages", { metadata }, { kind: "unhandled" }],
    [
      "message_template_status_update",
      {
        ...template,
        event: "paused",
        reason: null,
        message_template_category: "UTILITY",
        other_info: { title: "FIRST_PAUSE", description: "d" },
        disable_info: { disable_date: "x" },
      },
      { kind: "template_status", ...named, event: "PAUSED", category: "UTILITY", infoTitle: "FIRST_PAUSE", disableDate: "x" },
    ],
    [
      "message_template_status_update",
      { ...template, event: "REJECTED", reason: "SCAM", rejection_info: { reason: "r", recommendation: "do" } },
      { kind: "template_status", reason: "SCAM", rejection: { reason: "r", recommendation: "do" } },
    ],
    [
      "message_template_status_update",
      { ...template, previous_quality_score: "GREEN", new_quality_score: "RED" },
      { kind: "template_quality", ...named, previous: "GREEN", current: "RED" },
    ],
    [
      "message_template_quality_update",
      { ...template, new_quality_score: "YELLOW" },
      { kind: "template_quality", ...named, current: "YELLOW" },
    ],
    [
      "message_template_components_update",
      {
        ...template,
        message_template_title: "T",
        message_template_element: "B",
        message_template_footer: "F",
        message_template_buttons: [
          { message_template_button_type: "URL", message_template_button_text: "Go", message_template_button_url: "u" },
          5,
        ],
      },
      {
        kind: "template_components",
        ...named,
        header: "T",
        body: "B",
        footer: "F",
        buttons: [{ type: "URL", text: "Go", url: "u" }],
      },
    ],
    [
      "template_category_update",
      { ...template, new_category: "UTILITY", correct_category: "MARKETING", category_update_timestamp: AT },
      {
        kind: "template_category",
        ...named,
        stage: "warning",
        newCategory: "UTILITY",
        correctCategory: "MARKETING",
        changesAt: DATE,
      },
    ],
    [
      "template_category_update",
      { ...template, previous_category: "UTILITY", new_category: "MARKETING" },
      { kind: "template_category", stage: "done", previousCategory: "UTILITY", newCategory: "MARKETING" },
    ],
    ["template_category_update", { ...template, new_category: "MARKETING" }, { kind: "template_category", stage: "unknown" }],
    [
      "phone_number_quality_update",
      {
        display_phone_number: "905550009999",
        event: "ONBOARDING",
        max_daily_conversations_per_business: "TIER_2K",
        old_limit: "TIER_250",
      },
      { kind: "phone_quality", event: "ONBOARDING", limit: "TIER_2K", oldLimit: "TIER_250", displayPhoneNumber: "905550009999" },
    ],
    [
      "phone_number_quality_update",
      { event: "UPGRADE", current_limit: "TIER_10K" },
      { kind: "phone_quality", limit: "TIER_10K" },
    ],
    [
      "phone_number_name_update",
      { display_phone_number: "1", decision: "REJECTED", requested_verified_name: "N", rejection_reason: "NAME_X" },
      { kind: "phone_name", decision: "REJECTED", requestedName: "N", rejectionReason: "NAME_X" },
    ],
    [
      "account_update",
      { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "DISABLE", waba_ban_date: "d" } },
      { kind: "account_update", event: "DISABLED_UPDATE", banState: "DISABLE", banDate: "d", restrictions: [] },
    ],
    [
      "account_update",
      { event: "DISABLED_UPDATE", ban_info: { waba_ban_state: ["DISABLE"] } },
      { kind: "account_update", banState: "DISABLE" },
    ],
    [
      "account_update",
      {
        event: "ACCOUNT_RESTRICTION",
        restriction_info: [{ restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING", expiration: AT }, {}, null],
      },
      { kind: "account_update", restrictions: [{ type: "RESTRICTED_BIZ_INITIATED_MESSAGING", expiresAt: DATE }] },
    ],
    [
      "account_update",
      { event: "ACCOUNT_RESTRICTION", restriction_info: { restriction_type: "X" } },
      { kind: "account_update", restrictions: [{ type: "X", expiresAt: null }] },
    ],
    [
      "account_update",
      { event: "ACCOUNT_VIOLATION", violation_info: { violation_type: "ADULT" } },
      { kind: "account_update", violationType: "ADULT" },
    ],
    [
      "account_update",
      {
        event: "PARTNER_REMOVED",
        waba_info: { waba_id: "W9", owner_business_id: "B" },
        disconnection_info: { reason: "CHANGE_NUMBER", initiated_by: "USER" },
      },
      {
        kind: "account_update",
        wabaId: WABA,
        customerWabaId: "W9",
        ownerBusinessId: "B",
        disconnectReason: "CHANGE_NUMBER",
        disconnectedBy: "USER",
      },
    ],
    [
      "account_update",
      {
        event: "VOLUME_BASED_PRICING_TIER_UPDATE",
        volume_tier_info: { tier: "1:100", pricing_category: "UTILITY", effective_month: "2026-11", region: "TR" },
      },
      { kind: "account_update", volumeTier: { tier: "1:100", category: "UTILITY", effectiveMonth: "2026-11", region: "TR" } },
    ],
    ["account_review_update", { decision: "approved" }, { kind: "account_review", decision: "APPROVED" }],
    [
      "account_alerts",
      {
        entity_type: "PHONE_NUMBER",
        entity_id: 5,
        alert_info: { alert_severity: "CRITICAL", alert_status: "ACTIVE", alert_type: "OBA_APPROVED", alert_description: "d" },
      },
      {
        kind: "account_alert",
        entityType: "PHONE_NUMBER",
        entityId: "5",
        severity: "CRITICAL",
        status: "ACTIVE",
        type: "OBA_APPROVED",
        description: "d",
      },
    ],
    [
      "account_alerts",
      { entity_type: "WABA", alert_severity: "WARNING", alert_type: "X" },
      { kind: "account_alert", severity: "WARNING", type: "X" },
    ],
    [
      "business_capability_update",
      { max_daily_conversations_per_business: 2000, max_phone_numbers_per_business: 25, max_phone_numbers_per_waba: 20 },
      { kind: "business_capability", limit: "2000", maxPhoneNumbersPerBusiness: 25, maxPhoneNumbersPerWaba: 20 },
    ],
    [
      "business_capability_update",
      { max_daily_conversations_per_business: "TIER_UNLIMITED" },
      { kind: "business_capability", limit: "TIER_UNLIMITED" },
    ],
    ["business_capability_update", { max_daily_conversation_per_phone: -1 }, { kind: "business_capability", limit: "-1" }],
    [
      "security",
      { event: "PIN_CHANGED", display_phone_number: "1", requester: "7" },
      { kind: "security", event: "PIN_CHANGED", requester: "7" },
    ],
    [
      "user_preferences",
      {
        metadata,
        user_preferences: [
          { wa_id: "905550001122", user_id: "TR.1", category: "marketing_messages", value: "STOP", detail: "d", timestamp: AT },
        ],
      },
      {
        kind: "preference",
        phoneNumberId: PHONE,
        waId: "905550001122",
        userId: "TR.1",
        category: "marketing_messages",
        value: "stop",
        at: DATE,
      },
    ],
    [
      "smb_app_state_sync",
      {
        metadata,
        state_sync: [
          {
            type: "contact",
            contact: { full_name: "Ali V", first_name: "Ali", phone_number: "90555" },
            action: "add",
            metadata: { timestamp: AT - 5 },
          },
        ],
      },
      {
        kind: "contact_sync",
        action: "add",
        phoneNumber: "90555",
        fullName: "Ali V",
        firstName: "Ali",
        at: new Date((AT - 5) * 1000),
      },
    ],
    [
      "calls",
      {
        metadata,
        calls: [
          {
            id: "wacid.1",
            event: "terminate",
            direction: "USER_INITIATED",
            from: "1",
            to: "2",
            status: ["COMPLETED"],
            timestamp: AT,
          },
        ],
      },
      { kind: "call", callId: "wacid.1", event: "terminate", direction: "USER_INITIATED", status: "COMPLETED" },
    ],
    [
      "calls",
      { metadata, statuses: [{ id: "wacid.1", status: "RINGING", recipient_id: "1", biz_opaque_callback_data: "x" }] },
      { kind: "call_status", callId: "wacid.1", status: "RINGING", callbackData: "x" },
    ],
    [
      "history",
      {
        metadata,
        history: [{ metadata: { phase: 0, chunk_order: 1, progress: 55 }, threads: [{ id: "90555", messages: [{ id: "w" }] }] }],
      },
      { kind: "history", phase: 0, chunk: 1, progress: 55, threads: [{ id: "90555" }], messages: [], errors: [] },
    ],
    [
      "history",
      { metadata, history: [{ errors: [{ code: 2593109 }] }] },
      { kind: "history", errors: [{ code: 2593109 }], threads: [] },
    ],
    ["history", { metadata, messages: [{ id: "w", type: "image" }] }, { kind: "history", messages: [{ id: "w" }] }],
    ["flows", { event: "x" }, { kind: "unhandled" }],
    ["standby", { metadata, messages: [{ id: "w", type: "text" }] }, { kind: "unhandled" }],
    ["a_field_of_tomorrow", { x: 1 }, { kind: "unhandled" }],
  ])("%s %j", (field, value, expected) => {
    const list = items(field, value);
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ field, wabaId: WABA, ...expected });
  });
});

describe("order and odd bodies", () => {
  it("keeps the order of the body, over several accounts", () => {
    const list = parseWebhook({
      entry: [
        {
          id: "W1",
          changes: [
            {
              field: "messages",
              value: {
                metadata,
                user_actions: [{}],
                errors: [{ code: 1 }],
                statuses: [{ id: "s", status: "read" }],
                messages: [{ id: "m", type: "text" }],
              },
            },
            { field: "security", value: { event: "PIN_CHANGED" } },
          ],
        },
        { id: "W2", changes: [{ field: "account_review_update", value: { decision: "APPROVED" } }] },
      ],
    });
    expect(list.map((item) => [item.wabaId, item.kind])).toEqual([
      ["W1", "message"],
      ["W1", "status"],
      ["W1", "errors"],
      ["W1", "user_action"],
      ["W1", "security"],
      ["W2", "account_review"],
    ]);
  });

  it("reads 99 statuses around a broken one", () => {
    const list = statuses(
      ...Array.from({ length: 100 }, (_, i) => (i === 50 ? { id: null, status: [] } : { id: `w${i}`, status: "sent" })),
    );
    expect(list.filter((item) => item.kind === "status")).toHaveLength(99);
    expect(list[50]).toMatchObject({ kind: "malformed_change", raw: { id: null, status: [] }, phoneNumberId: PHONE });
  });

  it.each([
    null,
    undefined,
    0,
    "x",
    true,
    [],
    [1],
    {},
    { entry: null },
    { entry: {} },
    { entry: "x" },
    { object: "whatsapp_business_account" },
    { field: "messages", value: {} },
  ])("calls the body %j a malformed envelope", (odd) => {
    expect(parseWebhook(odd)).toMatchObject([{ kind: "malformed_envelope", raw: odd, wabaId: null }]);
  });

  it.each([null, 5, "x", [], {}, { changes: {} }, { id: "W", changes: "x" }])(
    "calls the entry %j a malformed envelope and reads the next",
    (odd) => {
      const [first, second] = parseWebhook({ entry: [odd, ...body("security", { event: "E" }).entry] });
      expect(first).toMatchObject({ kind: "malformed_envelope", raw: odd });
      expect(second).toMatchObject({ kind: "security" });
    },
  );

  it.each([
    null,
    5,
    "x",
    [],
    {},
    { field: "messages" },
    { field: "messages", value: null },
    { field: "messages", value: [] },
    { field: "messages", value: "x" },
    { value: { x: 1 } },
    { field: 7 },
  ])("calls the change %j malformed and reads the next", (odd) => {
    const [first, second] = parseWebhook({ entry: [{ id: WABA, changes: [odd, { field: "security", value: { event: "E" } }] }] });
    expect(first).toMatchObject({ kind: "malformed_change", raw: odd, wabaId: WABA });
    expect(second).toMatchObject({ kind: "security" });
  });

  it.each([
    ["messages", { metadata, messages: "x" }],
    ["messages", { metadata, messages: {} }],
    ["messages", { metadata, messages: [null] }],
    ["messages", { metadata, messages: [[]] }],
    ["messages", { metadata, messages: [{ type: "text" }] }],
    ["messages", { metadata, statuses: [{ id: "w" }] }],
    ["messages", { metadata, statuses: 5 }],
    ["account_update", {}],
    ["account_review_update", { decision: {} }],
    ["security", { event: null }],
    ["message_template_status_update", { message_template_id: 1 }],
    ["message_template_quality_update", { new_quality_score: null }],
    ["user_preferences", { user_preferences: [{ wa_id: "1" }] }],
    ["calls", { calls: [{}] }],
    ["smb_message_echoes", { message_echoes: [{ type: "text" }] }],
  ])("calls %s %j a malformed change", (field, value) => {
    expect(items(field, value)).toMatchObject([{ kind: "malformed_change", field }]);
  });

  it.each([
    [{ metadata, messages: [{ id: "w", type: "text" }] }, "message"],
    [{ metadata, statuses: [{ id: "w", status: "read" }] }, "status"],
    [{ metadata, message_echoes: [{ id: "w" }] }, "echo"],
    [{ metadata, calls: [{ id: "w" }] }, "call"],
    [{ metadata, user_preferences: [{ value: "stop" }] }, "preference"],
  ])("knows a change without a field name by what it holds: %j", (value, kind) => {
    expect(parseWebhook(body(undefined, value))).toMatchObject([{ kind, field: null }]);
  });

  it("survives an edit within an edit within an edit", () => {
    let edit: Record<string, unknown> = { type: "text", text: { body: "x" } };
    for (let i = 0; i < 2_000; i++) edit = { type: "edit", edit: { original_message_id: "o", message: edit } };
    expect(message(edit)).toMatchObject({ kind: "message", type: "edit" });
  });

  it("does not take inherited names for Meta's", () => {
    expect(parseWebhook(body("constructor", { toString: 1 }))).toMatchObject([{ kind: "unhandled" }]);
    expect(
      parseWebhook(JSON.parse('{"entry":[{"id":"W","changes":[{"field":"__proto__","value":{"__proto__":{"event":"E"}}}]}]}')),
    ).toMatchObject([{ kind: "unhandled" }]);
    expect(message({ type: "constructor" })).toMatchObject({ kind: "message", type: "constructor" });
    expect(message({ type: "__proto__" })).toMatchObject({ kind: "message", type: "__proto__" });
  });

  it("never throws, whatever takes the place of any part", () => {
    const junk = [
      null,
      true,
      0,
      -1,
      Number.POSITIVE_INFINITY,
      "",
      "x",
      [],
      [null],
      {},
      { id: {} },
      [[[[]]]],
      { length: 3 },
      "\u0000",
    ];
    const seeds = [
      body("messages", {
        metadata,
        contacts: [contact],
        messages: [
          {
            id: "w",
            type: "interactive",
            interactive: { type: "nfm_reply", nfm_reply: {} },
            context: { id: "x" },
            referral: {},
            errors: [{}],
          },
        ],
        statuses: [{ id: "w", status: "failed", errors: [{}], pricing: {} }],
        errors: [{}],
        user_actions: [{}],
      }),
      body("account_update", {
        event: "E",
        ban_info: {},
        restriction_info: [{}],
        waba_info: {},
        violation_info: {},
        disconnection_info: {},
        volume_tier_info: {},
      }),
      body("message_template_components_update", { message_template_id: 1, message_template_buttons: [{}] }),
      body("history", { metadata, history: [{ metadata: {}, threads: [{}] }] }),
      body("smb_app_state_sync", { state_sync: [{ contact: {}, metadata: {} }] }),
      body("message_template_status_update", { event: "E", rejection_info: {}, other_info: {}, disable_info: {} }),
    ];
    let count = 0;
    for (const seed of seeds) {
      for (const path of pathsOf(seed)) {
        for (const value of junk) {
          const copy = structuredClone(seed);
          put(copy, path, value);
          for (const item of parseWebhook(copy)) expect(typeof item.kind).toBe("string");
          namedAccounts(copy);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(1_000);
  });
});

function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]))].filter((p) => p.length > 0);
}

function put(target: unknown, path: (string | number)[], value: unknown): void {
  let place = target;
  for (const key of path.slice(0, -1)) place = Reflect.get(place as object, key);
  Reflect.set(place as object, path.at(-1) ?? "", value);
}
