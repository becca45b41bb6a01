import { beforeAll, beforeEach, expect, it } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { spokenWish } from "@/lib/contacts/stop-words";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { createTemplate } from "@/lib/templates/create";
import { CreateTemplate } from "@/lib/templates/schema";
import { syncTemplates } from "@/lib/templates/sync";
import { type MessageContent, toPayload } from "@/lib/whatsapp/content";
import { getMessage } from "./messages";
import { SendMessage } from "./schema";
import { checkMessage, sendMessage } from "./send";
import { makeSender, type Sender } from "./testing";

useTestDatabase();

const PHONE = "+905551234567";
const SOON = new Date(Date.now() + 86_400_000).toISOString();
const picture = { format: "IMAGE", example: { header_handle: ["4::abc"] } };
const BODY = { type: "BODY", text: "Hello {{1}}, look at this.", example: { body_text: [["Ada"]] } };
const card = (text: string) => ({
  components: [
    { type: "HEADER", ...picture },
    { type: "BODY", text, example: { body_text: [["coffee"]] } },
    {
      type: "BUTTONS",
      buttons: [
        { type: "QUICK_REPLY", text: "This one" },
        { type: "URL", text: "See", url: "https://example.com/{{1}}", example: ["https://example.com/1"] },
      ],
    },
  ],
});
const CAROUSEL = [BODY, { type: "CAROUSEL", cards: [card("Our {{1}} for you today"), card("A grinder for {{1}} too")] }];
const OFFER = [
  { type: "HEADER", ...picture },
  { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Ends soon", has_expiration: true } },
  BODY,
  {
    type: "BUTTONS",
    buttons: [
      { type: "COPY_CODE", example: "SAVE10" },
      { type: "URL", text: "Shop", url: "https://example.com/{{1}}", example: ["https://example.com/1"] },
    ],
  },
];
const image = (name: string) => ({ media: { type: "image", link: `https://example.com/${name}.png` } });

let db: Db;
let org: Sender;

beforeAll(async () => {
  process.env.SANDBOX_SPEED = "0";
  resetEnv();
  db = await openDatabase();
});
beforeEach(async () => {
  org = await makeSender(db, { integration: { sandbox: true } });
  await org.heard(PHONE);
  await org.optIn(PHONE);
});

async function make(name: string, components: object[], over: object = {}) {
  const given = { name, language: "en", category: "MARKETING", components, ...over };
  await createTemplate(org.ctx, CreateTemplate.parse(given));
  await syncTemplates(org.ctx, { integrationId: org.integration.id });
}
const wish = (body: object) => SendMessage.parse({ phoneNumber: PHONE, ...body });
async function sent(body: object) {
  const { id } = await sendMessage(org.ctxAt(new Date()), wish(body));
  await org.dispatch();
  expect(await org.read(id)).toMatchObject({ status: "sent" });
  return (await getMessage(org.ctx, id)).content as Extract<MessageContent, { type: "template" }>;
}

it("sends the cards of a carousel, each with its picture, values and payload, and keeps what was read of them", async () => {
  await make("cards", CAROUSEL);
  const templateParams = ["Ada", "beans", "b1", "mills", "m1"];
  const content = await sent({
    template: "cards",
    templateParams,
    templateExtras: { cards: [image("a"), image("b")], buttons: [{ card: 1, index: 0, payload: "chose:2" }] },
  });
  expect(content.rendered.cards).toMatchObject([
    {
      header: { format: "IMAGE" },
      body: "Our beans for you today",
      buttons: [{ text: "This one" }, { url: "https://example.com/b1" }],
    },
    { body: "A grinder for mills too" },
  ]);
  const wire = toPayload(content, { to: PHONE }, { name: "cards", language: "en", components: CAROUSEL });
  // The shape of Meta's "Media card carousel templates" (2025); reference 1.5.
  expect(wire).toMatchObject({
    template: {
      components: [
        { type: "body", parameters: [{ type: "text", text: "Ada" }] },
        {
          type: "carousel",
          cards: [
            {
              card_index: 0,
              components: [
                { type: "header", parameters: [{ type: "image", image: { link: "https://example.com/a.png" } }] },
                { type: "body", parameters: [{ type: "text", text: "beans" }] },
                { type: "button", sub_type: "url", index: "1", parameters: [{ type: "text", text: "b1" }] },
              ],
            },
            {
              card_index: 1,
              components: [
                { type: "header" },
                { type: "body", parameters: [{ type: "text", text: "mills" }] },
                { type: "button", sub_type: "quick_reply", index: "0", parameters: [{ type: "payload", payload: "chose:2" }] },
                { type: "button", sub_type: "url", index: "1", parameters: [{ type: "text", text: "m1" }] },
              ],
            },
          ],
        },
      ],
    },
  });
});

it("says before it is queued which part, what is expected and what was given", async () => {
  await make("cards", CAROUSEL);
  const { reasons } = await checkMessage(
    org.ctxAt(new Date()),
    wish({ template: "cards", templateParams: ["Ada", "x".repeat(200)], templateExtras: { cards: [image("a")] } }),
  );
  expect(reasons).toMatchObject([
    {
      code: "template_params_mismatch",
      message: expect.stringContaining("expected 5 values, given 2"),
      details: { missing: ["3", "4", "5", "cards.1.media"], given: 2 },
    },
  ]);
  const long = wish({
    template: "cards",
    templateParams: ["Ada", "x".repeat(200), "b", "c", "d"],
    templateExtras: { cards: [image("a"), image("b")] },
  });
  const [reason] = (await checkMessage(org.ctxAt(new Date()), long)).reasons;
  expect(reason?.message).toContain("2 (too long: expected 160, given 218)");
});

it("sends a limited-time offer with its end and its code, and refuses an end that is past", async () => {
  await make("offer", OFFER);
  const body = { template: "offer", templateParams: ["Ada", "SAVE20", "s1"], ...image("a") };
  const past = new Date(Date.now() - 60_000).toISOString();
  for (const templateExtras of [undefined, { offerExpiresAt: past }]) {
    const { reasons } = await checkMessage(org.ctxAt(new Date()), wish({ ...body, templateExtras }));
    expect(reasons).toMatchObject([{ code: "template_params_mismatch" }]);
  }
  const content = await sent({ ...body, templateExtras: { offerExpiresAt: SOON } });
  expect(content.rendered.offer).toEqual({ text: "Ends soon", expiresAt: SOON });
  const wire = JSON.stringify(toPayload(content, { to: PHONE }, { name: "offer", language: "en", components: OFFER }));
  expect(wire).toContain(`"limited_time_offer":{"expiration_time_ms":${Date.parse(SOON)}}`);
  expect(wire).toContain('"coupon_code":"SAVE20"');
});

it("lets the button that stops offers carry what is read as a stop, whatever it says, and others what they are given", async () => {
  const buttons = [
    { type: "QUICK_REPLY", text: "Not for me" },
    { type: "QUICK_REPLY", text: "Tell me more" },
  ];
  const components = [BODY, { type: "BUTTONS", buttons }];
  await make("news", components, { optOutButton: "Not for me" });
  const content = await sent({
    template: "news",
    templateParams: ["Ada"],
    templateExtras: { buttons: [{ index: 1, payload: "more:news" }] },
  });
  const template = { name: "news", language: "en", components, optOutButton: "Not for me" };
  const payloads = [...JSON.stringify(toPayload(content, { to: PHONE }, template)).matchAll(/"payload":"([^"]+)"/g)].map(
    ([, payload = ""]) => payload,
  );
  expect(payloads).toEqual(["STOP_OFFERS", "more:news"]);
  expect(payloads.map((payload) => spokenWish(payload))).toEqual(["stop_offers", null]);
});
