import { expect, it } from "vitest";
import { z } from "zod";
import type { ContentOf, SendableContent } from "./content";
import { toPayload } from "./content";

// The shapes of `POST /{phone number id}/messages`, written down from Meta's pages and not from our code. Strict: a key that Meta
// does not know is an error there, and here. Source: Meta, "Messages" and the page of each type (2025); reference 1.1 to 1.4.

const text = (most: number) => z.string().min(1).max(most);
const File = z
  .strictObject({ id: z.string().optional(), link: z.url().optional() })
  .refine(({ id, link }) => (id === undefined) !== (link === undefined));
const captioned = { id: z.string().optional(), link: z.url().optional(), caption: text(1024).optional() };
const Header = z.strictObject({ type: z.literal("text"), text: text(60) });
const around = {
  header: Header.optional(),
  body: z.strictObject({ text: text(1024) }),
  footer: z.strictObject({ text: text(60) }).optional(),
};
const Row = z.strictObject({ id: text(200), title: text(24), description: text(72).optional() });

const TYPES = {
  text: z.strictObject({ body: text(4096), preview_url: z.boolean().optional() }),
  image: z.strictObject(captioned),
  video: z.strictObject(captioned),
  document: z.strictObject({ ...captioned, filename: text(240).optional() }),
  audio: z.strictObject({ id: z.string().optional(), link: z.url().optional(), voice: z.boolean().optional() }),
  sticker: File,
  location: z.strictObject({
    latitude: z.number(),
    longitude: z.number(),
    name: text(1000).optional(),
    address: text(1000).optional(),
  }),
  contacts: z.array(z.looseObject({ name: z.looseObject({ formatted_name: text(1000) }) })).min(1),
  reaction: z.strictObject({ message_id: z.string().startsWith("wamid."), emoji: z.string() }),
  interactive: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("button"),
      ...around,
      action: z.strictObject({
        buttons: z
          .array(z.strictObject({ type: z.literal("reply"), reply: z.strictObject({ id: text(256), title: text(20) }) }))
          .min(1)
          .max(3),
      }),
    }),
    z.strictObject({
      type: z.literal("list"),
      ...around,
      body: z.strictObject({ text: text(4096) }),
      action: z.strictObject({
        button: text(20),
        sections: z
          .array(z.strictObject({ title: text(24).optional(), rows: z.array(Row).min(1).max(10) }))
          .min(1)
          .max(10),
      }),
    }),
    z.strictObject({
      type: z.literal("cta_url"),
      ...around,
      action: z.strictObject({
        name: z.literal("cta_url"),
        parameters: z.strictObject({ display_text: text(20), url: z.url() }),
      }),
    }),
    z.strictObject({
      type: z.literal("flow"),
      ...around,
      action: z.strictObject({
        name: z.literal("flow"),
        parameters: z.strictObject({
          flow_message_version: z.literal("3"),
          flow_id: z.string(),
          flow_cta: text(30),
          flow_token: z.string(),
          flow_action: z.enum(["navigate", "data_exchange"]).optional(),
          flow_action_payload: z
            .strictObject({ screen: z.string(), data: z.record(z.string(), z.unknown()).optional() })
            .optional(),
        }),
      }),
    }),
    z.strictObject({
      type: z.literal("location_request_message"),
      body: z.strictObject({ text: text(1024) }),
      action: z.strictObject({ name: z.literal("send_location") }),
    }),
  ]),
  template: z.strictObject({
    name: z.string().regex(/^[a-z0-9_]+$/),
    language: z.strictObject({ code: z.string(), policy: z.literal("deterministic").optional() }),
    components: z
      .array(
        z.strictObject({
          type: z.enum(["header", "body", "button"]),
          sub_type: z.string().optional(),
          index: z.union([z.string(), z.number()]).optional(),
          parameters: z.array(z.looseObject({ type: z.string() })).min(1),
        }),
      )
      .optional(),
  }),
};

const common = {
  messaging_product: z.literal("whatsapp"),
  recipient_type: z.literal("individual").optional(),
  to: z.string().regex(/^\+?\d{7,15}$/),
  biz_opaque_callback_data: z.string().max(512).optional(),
  context: z.strictObject({ message_id: z.string().startsWith("wamid.") }).optional(),
};
const shapeOf = (type: keyof typeof TYPES) => z.strictObject({ ...common, type: z.literal(type), [type]: TYPES[type] });

const address = { to: "+905551234567", callbackData: "msg_1", contextId: "wamid.first" };
const media = (kind: ContentOf<"media">["kind"], more: Partial<ContentOf<"media">> = {}): SendableContent => ({
  type: "media",
  kind,
  mediaId: "1234567890",
  fileId: "med_1",
  mimeType: "image/png",
  sha256: "00",
  ...more,
});
const shape = {
  name: "order_confirmation",
  language: "en",
  category: "UTILITY",
  parameterFormat: "POSITIONAL" as const,
  components: [
    { type: "HEADER" as const, format: "IMAGE" as const },
    { type: "BODY" as const, text: "Order {{1}} is on its way." },
  ],
};

it.each<[string, keyof typeof TYPES, SendableContent]>([
  ["a text", "text", { type: "text", body: "Merhaba" }],
  ["a text with a preview", "text", { type: "text", body: "https://example.com", previewUrl: true }],
  ["a picture", "image", media("image", { caption: "Bak" })],
  ["a picture by its link", "image", media("image", { mediaId: null, link: "https://example.com/a.png" })],
  ["a film", "video", media("video", { caption: "Bak" })],
  ["a document", "document", media("document", { caption: "Fatura", filename: "fatura.pdf" })],
  ["a sound", "audio", media("audio", { caption: "never", filename: "never" })],
  ["a voice message", "audio", media("audio", { voice: true })],
  ["a sticker", "sticker", media("sticker", { caption: "never", filename: "never" })],
  ["a place", "location", { type: "location", latitude: 41, longitude: 29, name: "Galata", address: "Beyoğlu" }],
  ["a place without a name", "location", { type: "location", latitude: 0, longitude: 0 }],
  ["cards", "contacts", { type: "contacts", cards: [{ name: { formatted_name: "Ayşe Yılmaz", first_name: "Ayşe" } }] }],
  ["a reaction", "reaction", { type: "reaction", to: "wamid.1", emoji: "👍" }],
  ["a reaction that is taken back", "reaction", { type: "reaction", to: "wamid.1", emoji: null }],
  [
    "buttons",
    "interactive",
    { type: "interactive", kind: "buttons", header: "H", body: "B", footer: "F", buttons: [{ id: "a", title: "A" }] },
  ],
  [
    "a list",
    "interactive",
    {
      type: "interactive",
      kind: "list",
      body: "B",
      button: "Open",
      sections: [{ title: "S", rows: [{ id: "a", title: "A", description: "D" }] }],
    },
  ],
  ["a link", "interactive", { type: "interactive", kind: "cta_url", body: "B", button: "Open", url: "https://example.com" }],
  [
    "a flow",
    "interactive",
    { type: "interactive", kind: "flow", body: "B", button: "Go", flowId: "1", screen: "S", data: { a: 1 } },
  ],
  [
    "a flow without a screen",
    "interactive",
    { type: "interactive", kind: "flow", body: "B", button: "Go", flowId: "1", flowToken: "t" },
  ],
  ["the question for a place", "interactive", { type: "interactive", kind: "location_request", body: "B" }],
  [
    "a template with a picture",
    "template",
    {
      type: "template",
      name: "order_confirmation",
      language: "en",
      params: ["ORD-1"],
      rendered: { body: "", buttons: [] },
      header: media("image", { caption: "never" }) as ContentOf<"media">,
    },
  ],
])("puts %s on the wire in Meta's own shape and nothing beside it", (_, type, content) => {
  // As it is sent: what JSON leaves out is not there.
  const sent: unknown = JSON.parse(JSON.stringify(toPayload(content, address, content.type === "template" ? shape : null)));
  const checked = shapeOf(type).safeParse(sent);
  expect(checked.success ? [] : z.prettifyError(checked.error)).toEqual([]);
});

it("knows a foreign key and a value beyond its limit, so that the test above can fail", () => {
  const good = toPayload({ type: "text", body: "a" }, address);
  expect(shapeOf("text").safeParse({ ...good, file: 1 }).success).toBe(false);
  expect(shapeOf("text").safeParse(toPayload({ type: "location", latitude: 1, longitude: 2 }, address)).success).toBe(false);
  expect(shapeOf("image").safeParse({ ...good, type: "image", image: { id: "1", caption: "a".repeat(1025) } }).success).toBe(
    false,
  );
});
