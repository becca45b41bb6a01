import { describe, expect, test } from "vitest";
import { type MessageContent, type SendableContent, toPayload } from "./content";
import { summaryOf } from "./content-words";

const address = { to: "+905551234567", callbackData: "msg_1" };
const rendered = { header: { format: "TEXT", text: "Head" }, body: "Hello Ada", footer: "Foot", buttons: [] };

describe("a payload", () => {
  const sent = (content: SendableContent) => toPayload(content, address);

  test.each<[SendableContent, Record<string, unknown>]>([
    [
      { type: "text", body: "Hello", previewUrl: true },
      { type: "text", text: { body: "Hello", preview_url: true } },
    ],
    [
      { type: "media", kind: "document", mediaId: "7", caption: "An invoice", filename: "a.pdf" },
      { type: "document", document: { id: "7", caption: "An invoice", filename: "a.pdf" } },
    ],
    [
      { type: "media", kind: "image", mediaId: null, link: "https://example.com/a.png" },
      { type: "image", image: { link: "https://example.com/a.png" } },
    ],
    [
      { type: "media", kind: "audio", mediaId: "7", voice: true, caption: "audio has none" },
      { type: "audio", audio: { id: "7", voice: true } },
    ],
    [
      { type: "reaction", to: "wamid.A", emoji: null },
      { type: "reaction", reaction: { message_id: "wamid.A", emoji: "" } },
    ],
    [
      { type: "location", latitude: 41, longitude: 29, name: "Galata" },
      { type: "location", location: { latitude: 41, longitude: 29, name: "Galata" } },
    ],
    [
      { type: "contacts", cards: [{ name: { formatted_name: "Ada" } }] },
      { type: "contacts", contacts: [{ name: { formatted_name: "Ada" } }] },
    ],
    [
      { type: "interactive", kind: "buttons", body: "Sure?", header: "Order", buttons: [{ id: "y", title: "Yes" }] },
      {
        type: "interactive",
        interactive: {
          type: "button",
          header: { type: "text", text: "Order" },
          body: { text: "Sure?" },
          action: { buttons: [{ type: "reply", reply: { id: "y", title: "Yes" } }] },
        },
      },
    ],
    [
      { type: "interactive", kind: "location_request", body: "Where are you?" },
      {
        type: "interactive",
        interactive: { type: "location_request_message", body: { text: "Where are you?" }, action: { name: "send_location" } },
      },
    ],
    [
      { type: "interactive", kind: "flow", body: "Fill in", button: "Open", flowId: "9", screen: "A" },
      {
        type: "interactive",
        interactive: {
          type: "flow",
          body: { text: "Fill in" },
          action: {
            name: "flow",
            parameters: {
              flow_message_version: "3",
              flow_id: "9",
              flow_cta: "Open",
              flow_token: "msg_1",
              flow_action: "navigate",
              flow_action_payload: { screen: "A" },
            },
          },
        },
      },
    ],
  ])("of %j is Meta's", (content, expected) => {
    expect(sent(content)).toEqual({
      messaging_product: "whatsapp",
      recipient_type: "individual",
      to: "+905551234567",
      biz_opaque_callback_data: "msg_1",
      ...expected,
    });
  });

  test("of a template is filled in by its shape, its flow button with our message's id", () => {
    const template = {
      name: "survey",
      language: "en",
      parameterFormat: "POSITIONAL",
      components: [
        { type: "BODY", text: "Hello {{1}}" },
        {
          type: "BUTTONS",
          buttons: [
            { type: "QUICK_REPLY", text: "Later" },
            { type: "FLOW", text: "Start", flow_id: 9 },
          ],
        },
      ],
    };
    const content: SendableContent = { type: "template", name: "survey", language: "en", params: ["Ada"], rendered };
    expect(toPayload(content, address, template)).toMatchObject({
      type: "template",
      template: {
        name: "survey",
        language: { code: "en" },
        components: [
          { type: "body", parameters: [{ type: "text", text: "Ada" }] },
          { type: "button", sub_type: "flow", index: "1", parameters: [{ type: "action", action: { flow_token: "msg_1" } }] },
        ],
      },
    });
    expect(() => toPayload({ ...content, params: [] }, address, template)).toThrow(
      expect.objectContaining({ code: "template_params_mismatch" }),
    );
  });
});

test.each<[MessageContent, string]>([
  [{ type: "text", body: "Hi" }, "Hi"],
  [{ type: "template", name: "t", language: "en", params: null, rendered }, "Head\n\nHello Ada\n\nFoot"],
  [{ type: "media", kind: "image", mediaId: "1", caption: "A cat" }, "A cat"],
  [{ type: "media", kind: "document", mediaId: "1", filename: "a.pdf" }, "a.pdf"],
  [{ type: "media", kind: "audio", mediaId: "1" }, ""],
  [{ type: "reply", to: "list", payload: "row-1", title: "Blue" }, "Blue"],
  [{ type: "reply", to: "call_permission", payload: "accept", title: null }, ""],
  [{ type: "reaction", to: "wamid.A", emoji: "👍" }, "👍"],
  [{ type: "location", latitude: 41, longitude: 29, name: "Galata", address: "İstanbul" }, "Galata, İstanbul"],
  [{ type: "contacts", cards: [{ name: { formatted_name: "Ada" } }, { odd: true }, null] }, "Ada"],
  [{ type: "edited", original: null, content: { type: "text", body: "New" } }, "New"],
  [{ type: "deleted", original: "wamid.A" }, ""],
  [{ type: "unsupported", metaType: "poll", details: "Not supported" }, "Not supported"],
])("%j in words", (content, words) => {
  expect(summaryOf(content)).toBe(words);
});
