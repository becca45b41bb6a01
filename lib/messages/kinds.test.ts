import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { POST as upload } from "@/app/api/v1/media/route";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { resetEnv } from "@/lib/env";
import { createTemplate } from "@/lib/templates/create";
import { CreateTemplate } from "@/lib/templates/schema";
import { syncTemplates } from "@/lib/templates/sync";
import { toPayload } from "@/lib/whatsapp/content";
import { sendBulk } from "./bulk";
import { getMessage } from "./messages";
import { SendMessage } from "./schema";
import { checkMessage, sendMessage } from "./send";
import { makeSender, type Sender } from "./testing";

useTestDatabase();

const PHONE = "+905551234567";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

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
});

const send = (body: Record<string, unknown>) =>
  sendMessage(org.ctxAt(new Date()), SendMessage.parse({ phoneNumber: PHONE, ...body }));

async function uploaded(bytes: Buffer = PNG, name = "a.png"): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([Uint8Array.from(bytes)]), name);
  const request = new Request("http://localhost:3000/api/v1/media", {
    method: "POST",
    headers: { authorization: `Bearer ${org.token}` },
    body: form,
  });
  const json = (await (await upload(request, { params: Promise.resolve({}) })).json()) as { id: string };
  return json.id;
}

const buttons = (count: number, over: Record<string, unknown> = {}) => ({
  kind: "buttons",
  body: "Does 14:30 suit you?",
  buttons: Array.from({ length: count }, (_, i) => ({ id: `b${i}`, title: `Answer ${i}` })),
  ...over,
});
const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `r${i}`, title: `Row ${i}` }));
const list = (over: Record<string, unknown> = {}) => ({
  kind: "list",
  body: "Choose",
  button: "Open",
  sections: [{ title: "All", rows: rows(10) }],
  ...over,
});
const place = { latitude: 41.0082, longitude: 28.9784, name: "Ayasofya" };
const card = { name: { formatted_name: "Ayşe Yılmaz", first_name: "Ayşe" }, phones: [{ phone: PHONE }] };

describe("a message of every kind reaches Meta, and the phone shows it", () => {
  it.each<[string, Record<string, unknown>]>([
    ["buttons", { interactive: buttons(3) }],
    ["a list", { interactive: list() }],
    ["a link", { interactive: { kind: "cta_url", body: "See", button: "Open it", url: "https://example.com/a?b=c" } }],
    ["a flow", { interactive: { kind: "flow", body: "Book", button: "Book now", flowId: "123" } }],
    ["the question for a place", { interactive: { kind: "location_request", body: "Where are you?" } }],
    ["a place", { location: place }],
    ["cards", { contacts: [card] }],
    [
      "a file by its link",
      { media: { type: "document", link: "https://example.com/a.pdf", filename: "a.pdf", caption: "A list" } },
    ],
  ])("%s", async (_, body) => {
    const { id } = await send(body);
    await org.dispatch();
    expect(await org.read(id)).toMatchObject({ status: "sent" });
  });

  it("a file that was uploaded, a reaction, and an answer to a message", async () => {
    const image = await send({ media: { type: "image", id: await uploaded(), caption: "one pixel" } });
    await org.dispatch();
    expect(await org.read(image.id)).toMatchObject({ status: "sent" });
    expect(await getMessage(org.ctx, image.id)).toMatchObject({
      kind: "media",
      text: "one pixel",
      content: { kind: "image", sha256: expect.any(String) },
    });
    const answer = await send({ message: "As I said", replyTo: image.id });
    const reaction = await send({ reaction: { to: image.id, emoji: "👍🏽" } });
    await org.dispatch();
    expect(await org.read(reaction.id)).toMatchObject({ status: "sent" });
    expect(await getMessage(org.ctx, answer.id)).toMatchObject({ status: "sent", replyTo: image.id });
  });

  it("a template with a picture and a place for its header", async () => {
    await org.optIn(PHONE);
    const make = (name: string, header: Record<string, unknown>) =>
      createTemplate(
        org.ctx,
        CreateTemplate.parse({
          name,
          language: "en",
          category: "UTILITY",
          components: [
            { type: "HEADER", ...header },
            { type: "BODY", text: "Your order {{1}} is on its way to you.", example: { body_text: [["1"]] } },
          ],
        }),
      );
    await make("with_picture", { format: "IMAGE", example: { header_handle: ["4::abc"] } });
    await make("with_place", { format: "LOCATION" });
    await syncTemplates(org.ctx, { integrationId: org.integration.id });
    const picture = { template: "with_picture", templateParams: ["ORD-1"] };
    const wrong = await checkMessage(org.ctx, SendMessage.parse({ phoneNumber: PHONE, ...picture }));
    expect(wrong.reasons).toMatchObject([
      {
        code: "template_params_mismatch",
        fix: expect.stringContaining("media of the type image"),
        details: { missing: ["media"], expected: { header: "image" } },
      },
    ]);
    await expect(send({ ...picture, location: place })).rejects.toMatchObject({ code: "template_params_mismatch" });
    const sent = [
      await send({ ...picture, media: { type: "image", id: await uploaded() } }),
      await send({ template: "with_place", templateParams: ["ORD-2"], location: place }),
    ];
    await org.dispatch();
    for (const { id } of sent) expect(await org.read(id)).toMatchObject({ status: "sent" });
  });
});

describe("is refused before it is queued", () => {
  it.each<[string, Record<string, unknown>]>([
    ["two kinds at once", { message: "Hi", location: place }],
    ["nothing", {}],
    ["a file without id and link", { media: { type: "image" } }],
    ["a file with id and link", { media: { type: "image", id: "med_1", link: "https://example.com/a.png" } }],
    ["a caption of 1,025 characters", { media: { type: "image", link: "https://example.com/a.png", caption: "x".repeat(1025) } }],
    ["a caption of a sticker", { media: { type: "sticker", link: "https://example.com/a.webp", caption: "x" } }],
    ["a filename of a picture", { media: { type: "image", link: "https://example.com/a.png", filename: "a.png" } }],
    ["a link that is none", { media: { type: "image", link: "file:///etc/passwd" } }],
    ["four buttons", { interactive: buttons(4) }],
    ["a button of 21 characters", { interactive: buttons(1, { buttons: [{ id: "a", title: "x".repeat(21) }] }) }],
    [
      "two buttons that say the same",
      {
        interactive: buttons(2, {
          buttons: [
            { id: "a", title: "Yes" },
            { id: "b", title: "Yes" },
          ],
        }),
      },
    ],
    ["a body of 1,025 characters", { interactive: buttons(1, { body: "x".repeat(1025) }) }],
    ["a footer of 61 characters", { interactive: buttons(1, { footer: "x".repeat(61) }) }],
    [
      "eleven rows",
      {
        interactive: list({
          sections: [
            { title: "A", rows: rows(6) },
            { title: "B", rows: rows(5) },
          ],
        }),
      },
    ],
    ["a row of 25 characters", { interactive: list({ sections: [{ rows: [{ id: "a", title: "x".repeat(25) }] }] }) }],
    ["a list's button of 21 characters", { interactive: list({ button: "x".repeat(21) }) }],
    ["a place that is nowhere", { location: { latitude: 91, longitude: 0 } }],
    ["a card without a second part of the name", { contacts: [{ name: { formatted_name: "Ayşe" } }] }],
    ["two emojis", { reaction: { to: "wamid.1", emoji: "👍👍" } }],
    ["a word as reaction", { reaction: { to: "wamid.1", emoji: "ok" } }],
    ["a reaction that is an answer", { reaction: { to: "wamid.1", emoji: "👍" }, replyTo: "wamid.1" }],
  ])("%s", (_, body) => {
    expect(SendMessage.safeParse({ phoneNumber: PHONE, ...body }).success).toBe(false);
  });

  it("a file that is not there, is of another kind, belongs to another number or organization", async () => {
    const id = await uploaded();
    await expect(send({ media: { type: "image", id: "med_none" } })).rejects.toMatchObject({ code: "not_found" });
    await expect(send({ media: { type: "video", id } })).rejects.toMatchObject({ code: "validation_failed" });
    await expect(send({ media: { type: "image", id }, integrationId: "int_other" })).rejects.toMatchObject({
      code: "validation_failed",
    });
    await expect(send({ reaction: { to: "msg_none", emoji: "👍" } })).rejects.toMatchObject({ code: "not_found" });
    const other = await makeSender(db, { integration: { sandbox: true } });
    const theirs = SendMessage.parse({ phoneNumber: PHONE, media: { type: "image", id } });
    await expect(sendMessage(other.ctx, theirs)).rejects.toMatchObject({ code: "not_found" });
  });

  it("every kind of free message while the window is closed, and each for itself in bulk", async () => {
    const id = await uploaded();
    const stranger = "+905559998877";
    await org.optIn(stranger);
    for (const body of [
      { media: { type: "image", id } },
      { interactive: buttons(1) },
      { location: place },
      { contacts: [card] },
    ]) {
      const { reasons } = await checkMessage(org.ctxAt(new Date()), SendMessage.parse({ phoneNumber: stranger, ...body }));
      expect(reasons.map(({ code }) => code)).toEqual(["outside_customer_service_window"]);
    }
    const bulk = await sendBulk(org.ctxAt(new Date()), {
      messages: [
        { phoneNumber: stranger, media: { type: "image", id } },
        { phoneNumber: PHONE, media: { type: "image", id: "med_none" } },
        { phoneNumber: PHONE, media: { type: "image", id } },
        { phoneNumber: PHONE, interactive: buttons(9) },
      ],
    });
    expect(bulk.results.map(({ id: taken, error }) => error?.error ?? Boolean(taken))).toEqual([
      "outside_customer_service_window",
      "not_found",
      true,
      "validation_failed",
    ]);
  });
});

/** The shapes of Meta's own documentation. Source: reference 1.3 to 1.5. */
it("puts on the wire what Meta's documentation shows", () => {
  const to = { to: PHONE };
  const envelope = { messaging_product: "whatsapp", recipient_type: "individual", to: PHONE };
  const wire = (content: Parameters<typeof toPayload>[0], template?: Parameters<typeof toPayload>[2]) =>
    JSON.parse(JSON.stringify(toPayload(content, to, template))) as unknown;
  expect(
    wire({ type: "media", kind: "document", mediaId: "123", caption: "C", filename: "a.pdf", fileId: "med_1", mimeType: "x" }),
  ).toEqual({
    ...envelope,
    type: "document",
    document: { id: "123", caption: "C", filename: "a.pdf" },
  });
  expect(wire({ type: "media", kind: "audio", mediaId: null, link: "https://e.com/a.ogg", voice: true })).toEqual({
    ...envelope,
    type: "audio",
    audio: { link: "https://e.com/a.ogg", voice: true },
  });
  expect(
    wire({ type: "interactive", kind: "buttons", body: "B", header: "H", footer: "F", buttons: [{ id: "a", title: "A" }] }),
  ).toEqual({
    ...envelope,
    type: "interactive",
    interactive: {
      type: "button",
      header: { type: "text", text: "H" },
      body: { text: "B" },
      footer: { text: "F" },
      action: { buttons: [{ type: "reply", reply: { id: "a", title: "A" } }] },
    },
  });
  expect(wire({ type: "reaction", to: "wamid.1", emoji: null })).toEqual({
    ...envelope,
    type: "reaction",
    reaction: { message_id: "wamid.1", emoji: "" },
  });
  expect(wire({ type: "contacts", cards: [card] })).toEqual({ ...envelope, type: "contacts", contacts: [card] });
  const template = {
    name: "t",
    language: "tr",
    parameterFormat: "NAMED",
    components: [
      { type: "HEADER", format: "DOCUMENT" },
      { type: "BODY", text: "Merhaba {{ad}}, belgeniz hazır." },
      {
        type: "BUTTONS",
        buttons: [
          { type: "QUICK_REPLY", text: "Tamam" },
          { type: "URL", text: "Aç", url: "https://e.com/{{1}}" },
          { type: "COPY_CODE" },
        ],
      },
    ],
  };
  const header = { type: "media", kind: "document", mediaId: "9", filename: "a.pdf", caption: "none" } as const;
  const params = { ad: "Ayşe", button_1: "TR-1", button_2: "YAZ26" };
  const content: Parameters<typeof toPayload>[0] = {
    type: "template",
    name: "t",
    language: "tr",
    params,
    rendered: { body: "", buttons: [] },
    header,
  };
  expect(wire(content, template)).toEqual({
    ...envelope,
    type: "template",
    template: {
      name: "t",
      language: { code: "tr" },
      components: [
        { type: "header", parameters: [{ type: "document", document: { id: "9", filename: "a.pdf" } }] },
        { type: "body", parameters: [{ type: "text", parameter_name: "ad", text: "Ayşe" }] },
        { type: "button", index: "1", sub_type: "url", parameters: [{ type: "text", text: "TR-1" }] },
        { type: "button", index: "2", sub_type: "copy_code", parameters: [{ type: "coupon_code", coupon_code: "YAZ26" }] },
      ],
    },
  });
});
