import { beforeEach, describe, expect, it } from "vitest";
import type { SandboxAnswer } from "./answers";
import { createSandboxGraph, type SandboxGraph } from "./graph";
import { MemoryStore } from "./memory-store";
import type { UpdateSandboxSettings } from "./schema";

const PNID = "200300400500600";
const WABA = "100200300400500";
const TO = "+905551234567";

let store: MemoryStore;
let graph: SandboxGraph;
let nowMs: number;

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 22, 12);
  store = new MemoryStore();
  store.registerAccount({
    phoneNumberId: PNID,
    businessAccountId: WABA,
    accessToken: "good",
    appSecret: "secret",
    webhookUrl: null,
  });
  graph = createSandboxGraph(store, { now: () => nowMs });
});

type Call = { token?: string | null; body?: unknown; version?: string };

async function call(method: string, path: string, { token = "good", body, version = "v26.0" }: Call = {}) {
  const answer = await graph.handle({
    method,
    url: `https://graph.facebook.com/${version}/${path}`,
    headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { ...answer, json: JSON.parse(answer.text || "null") };
}

function send(body: Record<string, unknown>) {
  return call("POST", `${PNID}/messages`, { body: { messaging_product: "whatsapp", to: TO, ...body } });
}

function template(name: string, language: string, components?: unknown) {
  return {
    type: "template",
    template: { name, language: { code: language }, ...(components === undefined ? {} : { components }) },
  };
}

const named = (values: Record<string, unknown>) => ({
  type: "body",
  parameters: Object.entries(values).map(([parameter_name, text]) => ({ type: "text", parameter_name, text })),
});
const positional = (...texts: string[]) => ({ type: "body", parameters: texts.map((text) => ({ type: "text", text })) });
const order = named({ customerName: "Ayşe", orderNumber: "A-1" });

describe("who may ask", () => {
  it.each([
    ["without a token", { token: null }, 401, 190],
    ["with an unknown token", { token: "other" }, 401, 190],
    ["with an expired token", { token: "expired-token-1" }, 401, 190],
    ["without a version", { version: "latest" }, 400, 2500],
    ["with a version that never was", { version: "v99.0" }, 400, 2500],
  ] as const)("refuses a request %s", async (_, options, status, code) => {
    const answer = await call("GET", PNID, options);
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
    expect(answer.json.error.fbtrace_id).toMatch(/^A/);
  });

  it.each([
    ["GET", "42"],
    ["POST", "42/messages"],
    ["GET", `${PNID}/nothing`],
    ["GET", `${WABA}/messages`],
  ])("does not know %s %s", async (method, path) => {
    const { status, json } = await call(method, path, { body: method === "POST" ? {} : undefined });
    expect([status, json.error.code, json.error.error_subcode, json.error.type]).toEqual([400, 100, 33, "GraphMethodException"]);
  });
});

describe("what Meta refuses at once", () => {
  const cases: [string, Record<string, unknown>, number, number][] = [
    ["no messaging_product", { messaging_product: undefined, type: "text", text: { body: "a" } }, 400, 100],
    ["another product", { messaging_product: "sms", type: "text", text: { body: "a" } }, 400, 100],
    ["no recipient", { to: undefined, type: "text", text: { body: "a" } }, 400, 100],
    ["a recipient that is a word", { to: "Ayşe", type: "text", text: { body: "a" } }, 400, 131009],
    ["a national number", { to: "0555 123 45 67", type: "text", text: { body: "a" } }, 400, 131009],
    ["a group", { recipient_type: "group", type: "text", text: { body: "a" } }, 400, 100],
    ["an unknown type", { type: "fax", fax: {} }, 400, 131051],
    ["no content", { type: "text" }, 400, 131008],
    ["an empty text", { type: "text", text: { body: "" } }, 400, 131008],
    ["a text of 4,097 characters", { type: "text", text: { body: "a".repeat(4097) } }, 400, 100],
    [
      "callback data of 513 characters",
      { type: "text", text: { body: "a" }, biz_opaque_callback_data: "a".repeat(513) },
      400,
      100,
    ],
    ["an image without id or link", { type: "image", image: {} }, 400, 131008],
    ["an image with both", { type: "image", image: { id: "1", link: "https://a.example/b.jpg" } }, 400, 131008],
    ["a caption on audio", { type: "audio", audio: { id: "1", caption: "a" } }, 400, 100],
    ["a place off the globe", { type: "location", location: { latitude: 91, longitude: 0 } }, 400, 131009],
    [
      "four buttons",
      {
        type: "interactive",
        interactive: {
          type: "button",
          body: { text: "a" },
          action: { buttons: [1, 2, 3, 4].map((n) => ({ type: "reply", reply: { id: `${n}`, title: `${n}` } })) },
        },
      },
      400,
      131009,
    ],
    [
      "two buttons with one title",
      {
        type: "interactive",
        interactive: {
          type: "button",
          body: { text: "a" },
          action: { buttons: [1, 2].map((n) => ({ type: "reply", reply: { id: `${n}`, title: "a" } })) },
        },
      },
      400,
      131009,
    ],
    [
      "eleven rows",
      {
        type: "interactive",
        interactive: {
          type: "list",
          body: { text: "a" },
          action: { button: "a", sections: [{ rows: Array.from({ length: 11 }, (_, n) => ({ id: `${n}`, title: `${n}` })) }] },
        },
      },
      400,
      131009,
    ],
    ["an unknown template", template("nothing", "en"), 404, 132001],
    ["a template in another language", template("order_confirmation", "de", [order]), 404, 132001],
    ["a language with a region it does not have", template("order_confirmation", "en_US", [order]), 404, 132001],
    ["a pending template", template("loyalty_points", "en", [named({ customerName: "A", points: "1" })]), 404, 132001],
    ["a rejected template", template("flash_sale", "en"), 404, 132001],
    ["a paused template", template("winter_campaign", "tr", [named({ customerName: "A" })]), 400, 132015],
    ["a disabled template", template("price_change_notice", "en"), 400, 132016],
    ["no parameters", template("order_confirmation", "tr"), 400, 132000],
    ["too few parameters", template("order_confirmation", "tr", [named({ orderNumber: "A-1" })]), 400, 132000],
    [
      "too many parameters",
      template("order_confirmation", "tr", [named({ orderNumber: "A", customerName: "B", extra: "C" })]),
      400,
      132000,
    ],
    ["unnamed parameters for a named template", template("order_confirmation", "tr", [positional("a", "b")]), 400, 132000],
    [
      "named parameters for a positional template",
      template("invoice_ready", "tr", [named({ a: "1", b: "2", c: "3", d: "4" })]),
      400,
      132000,
    ],
    ["a wrong name", template("order_confirmation", "tr", [named({ ordernumber: "A", customerName: "B" })]), 400, 132012],
    ["a number as value", template("order_confirmation", "tr", [named({ orderNumber: 1, customerName: "B" })]), 400, 132012],
    [
      "a line break in a value",
      template("order_confirmation", "tr", [named({ orderNumber: "A\nB", customerName: "B" })]),
      400,
      132012,
    ],
    ["a tab in a value", template("order_confirmation", "tr", [named({ orderNumber: "A\tB", customerName: "B" })]), 400, 132012],
    [
      "five spaces in a value",
      template("order_confirmation", "tr", [named({ orderNumber: "A     B", customerName: "B" })]),
      400,
      132012,
    ],
    ["an empty value", template("order_confirmation", "tr", [named({ orderNumber: "", customerName: "B" })]), 400, 131008],
    [
      "a body that grows too long",
      template("order_confirmation", "tr", [named({ orderNumber: "A".repeat(1000), customerName: "B" })]),
      400,
      132005,
    ],
    [
      "a header it does not have",
      template("order_confirmation", "tr", [order, { type: "header", parameters: [{ type: "text", text: "a" }] }]),
      400,
      132000,
    ],
    ["a missing address button", template("invoice_ready", "tr", [positional("a", "b", "c", "d")]), 400, 131008],
    [
      "a button of the wrong kind",
      template("invoice_ready", "tr", [
        positional("a", "b", "c", "d"),
        { type: "button", sub_type: "quick_reply", index: "0", parameters: [{ type: "payload", payload: "x" }] },
      ]),
      400,
      132012,
    ],
    [
      "a button it does not have",
      template("order_confirmation", "tr", [
        order,
        { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "x" }] },
      ]),
      400,
      132000,
    ],
    [
      "a text header for a picture",
      template("new_arrivals", "tr", [{ type: "header", parameters: [{ type: "text", text: "a" }] }, positional("a", "b")]),
      400,
      132012,
    ],
    [
      "a code that differs from the button's",
      template("login_code", "tr", [
        positional("123456"),
        { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "654321" }] },
      ]),
      400,
      132012,
    ],
  ];

  it.each(cases)("%s", async (_, body, status, code) => {
    const { status: got, json } = await send(body);
    expect([got, json.error?.code]).toEqual([status, code]);
    expect(json.error.error_data).toMatchObject({ messaging_product: "whatsapp", details: expect.any(String) });
    expect(json.error.type).toBe("OAuthException");
  });

  it("a body that is not JSON", async () => {
    const { status, json } = await call("POST", `${PNID}/messages`, { body: "{" });
    expect([status, json.error.code]).toEqual([400, 100]);
  });
});

describe("what Meta accepts", () => {
  it.each([
    ["a text", { type: "text", text: { body: "Hello", preview_url: true } }],
    ["a text without type", { text: { body: "Hello" } }],
    ["a number without plus", { to: "905551234567", text: { body: "Hello" } }],
    ["a number with spaces and brackets", { to: "+90 (555) 123-45-67", text: { body: "Hello" } }],
    ["a named template", template("order_confirmation", "tr", [order])],
    ["a template without parameters", template("feedback_request", "en")],
    [
      "a template with quick replies",
      template("appointment_reminder", "en", [named({ customerName: "A", appointmentDate: "B", appointmentTime: "C" })]),
    ],
    [
      "a positional template with an address",
      template("invoice_ready", "tr", [
        positional("a", "b", "c", "d"),
        { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "F-1" }] },
      ]),
    ],
    [
      "a template with a picture",
      template("new_arrivals", "en", [
        { type: "header", parameters: [{ type: "image", image: { link: "https://example.com/a.jpg" } }] },
        positional("a", "b"),
      ]),
    ],
    [
      "a code",
      template("login_code", "tr", [
        positional("123456"),
        { type: "button", sub_type: "url", index: "0", parameters: [{ type: "text", text: "123456" }] },
      ]),
    ],
    [
      "reply buttons",
      {
        type: "interactive",
        interactive: {
          type: "button",
          body: { text: "a" },
          action: { buttons: [{ type: "reply", reply: { id: "1", title: "Yes" } }] },
        },
      },
    ],
    ["a picture by link", { type: "image", image: { link: "https://example.com/a.jpg", caption: "A" } }],
  ] as [string, Record<string, unknown>][])("%s", async (_, body) => {
    const { status, json } = await send(body);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      messaging_product: "whatsapp",
      contacts: [{ wa_id: "905551234567" }],
      messages: [{ id: expect.stringMatching(/^wamid\./) }],
    });
  });

  it("keeps the input as it was written", async () => {
    const { json } = await send({ to: "+90 555 123 45 67", text: { body: "a" } });
    expect(json.contacts).toEqual([{ input: "+90 555 123 45 67", wa_id: "905551234567" }]);
  });

  it("marks a customer's message as read, and refuses an unknown one", async () => {
    const account = store.accounts.get(PNID);
    if (!account) throw new Error("no account");
    const message = store.receive(account, TO, "Hello");
    const read = (message_id: string) =>
      call("POST", `${PNID}/messages`, { body: { messaging_product: "whatsapp", status: "read", message_id } });
    expect((await read(message.id)).json).toEqual({ success: true });
    expect((await read("wamid.none")).json.error.code).toBe(131009);
  });
});

describe("limits", () => {
  it("takes 80 in a second and refuses the next with 130429", async () => {
    const answers = [];
    for (let i = 0; i < 81; i++)
      answers.push(await send({ to: `+9053200000${String(i).padStart(2, "0")}`, ...template("feedback_request", "tr") }));
    expect(answers.filter((a) => a.status === 200)).toHaveLength(80);
    expect(answers.at(-1)?.json.error.code).toBe(130429);
  });

  it("takes 45 to one person at once, then one in six seconds", async () => {
    for (let i = 0; i < 45; i++) expect((await send(template("feedback_request", "tr"))).status).toBe(200);
    expect((await send(template("feedback_request", "tr"))).json.error.code).toBe(131056);
    nowMs += 6_000;
    expect((await send(template("feedback_request", "tr"))).status).toBe(200);
    expect((await send(template("feedback_request", "tr"))).json.error.code).toBe(131056);
  });

  it("refuses its own number", async () => {
    const own = store.accounts.get(PNID)?.displayPhoneNumber;
    expect((await send({ to: own, text: { body: "a" } })).json.error.code).toBe(131021);
  });
});

describe("magic numbers and settings", () => {
  it.each([
    ["+905550000002", 130429],
    ["+905550000003", 131056],
  ])("%s is refused twice with %d, then accepted", async (to, code) => {
    expect((await send({ to, ...template("feedback_request", "tr") })).json.error.code).toBe(code);
    expect((await send({ to, ...template("feedback_request", "tr") })).json.error.code).toBe(code);
    expect((await send({ to, ...template("feedback_request", "tr") })).status).toBe(200);
  });

  it.each([
    ["+905550000012", 132015, 400],
    ["+905550000014", 368, 403],
    ["+905550000015", 131042, 400],
  ])("%s is refused with %d", async (to, code, status) => {
    const answer = await send({ to, ...template("feedback_request", "tr") });
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
  });

  it.each([
    ["+905550000009", { cut: "hang" }],
    ["+905550000010", { status: 500, text: "" }],
    ["+905550000016", { status: 200, delayMs: 1500 }],
  ])("%s has its own answer", async (to, expected) => {
    const answer: SandboxAnswer = await send({ to, ...template("feedback_request", "tr") });
    expect(answer).toMatchObject(expected);
  });

  it("answers HTML for …11 and counts it as accepted", async () => {
    const answer = await graph.handle({
      method: "POST",
      url: `https://graph.facebook.com/v26.0/${PNID}/messages`,
      headers: { authorization: "Bearer good" },
      body: JSON.stringify({ messaging_product: "whatsapp", to: "+905550000011", ...template("feedback_request", "tr") }),
    });
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(store.arrivals.summary().accepted).toBe(1);
  });

  const settings: [UpdateSandboxSettings, Partial<SandboxAnswer>, number | undefined][] = [
    [{ tokenExpired: true }, { status: 401 }, 190],
    [{ templatesPaused: true }, { status: 400 }, 132015],
    [{ restricted: true }, { status: 403 }, 368],
    [{ errorShare: 1 }, { status: 500 }, 131000],
    [{ rateLimitShare: 1 }, { status: 400 }, 130429],
    [{ serverErrorShare: 1 }, { status: 500, text: "" }, undefined],
    [{ hangShare: 1 }, { cut: "hang" }, undefined],
    [{ closeShare: 1 }, { cut: "close" }, undefined],
    [{ lateShare: 1, lateMs: 30_000 }, { status: 200, delayMs: 30_000 }, undefined],
    [{ latencyMs: 250 }, { status: 200, delayMs: 250 }, undefined],
  ];
  it.each(settings)("%j", async (changes, expected, code) => {
    store.updateSettings(changes);
    const answer = await send(template("feedback_request", "tr"));
    expect(answer).toMatchObject(expected);
    expect(answer.json?.error?.code).toBe(code);
  });

  it("accepts the given share of what has no readable answer", async () => {
    store.updateSettings({ hangShare: 1, acceptedShare: 0 });
    await send(template("feedback_request", "tr"));
    expect(store.arrivals.summary().accepted).toBe(0);
    store.updateSettings({ acceptedShare: 1 });
    await send(template("feedback_request", "tr"));
    expect(store.arrivals.summary().accepted).toBe(1);
  });
});

describe("accounts", () => {
  it("shows the fields that were asked for, and no others", async () => {
    const { json } = await call(
      "GET",
      `${PNID}?fields=verified_name,quality_rating,throughput,whatsapp_business_manager_messaging_limit`,
    );
    expect(json).toEqual({
      id: PNID,
      verified_name: "Sandbox",
      quality_rating: "GREEN",
      throughput: { level: "STANDARD" },
      whatsapp_business_manager_messaging_limit: "TIER_2K",
    });
  });

  it("refuses a field that does not exist", async () => {
    const { status, json } = await call("GET", `${PNID}?fields=colour`);
    expect([status, json.error.code]).toEqual([400, 100]);
    expect(json.error.message).toContain("nonexistent field (colour)");
  });

  it("tells what a token may do", async () => {
    const { json } = await call("GET", "debug_token?input_token=good");
    expect(json.data).toMatchObject({
      is_valid: true,
      expires_at: 0,
      scopes: ["whatsapp_business_management", "whatsapp_business_messaging"],
    });
    expect((await call("GET", "debug_token?input_token=other")).json.data.is_valid).toBe(false);
  });

  it("pages templates 25 at a time, in both languages, with a cursor to the rest", async () => {
    const first = (await call("GET", `${WABA}/message_templates`)).json;
    expect(first.data).toHaveLength(25);
    const rest = (await call("GET", `${WABA}/message_templates?after=${first.paging.cursors.after}`)).json;
    expect(rest.paging.next).toBeUndefined();
    const all = [...first.data, ...rest.data];
    expect(new Set(all.map((t: { id: string }) => t.id)).size).toBe(all.length);
    const languages = all
      .filter((t: { name: string }) => t.name === "order_confirmation")
      .map((t: { language: string }) => t.language);
    expect(languages).toEqual(["en", "tr"]);
    expect(new Set(all.map((t: { status: string }) => t.status))).toEqual(
      new Set(["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED"]),
    );
  });

  it("shows one template, and its number in the list of the account", async () => {
    const [{ id, name }] = (await call("GET", `${WABA}/message_templates?limit=1`)).json.data;
    expect((await call("GET", id)).json.name).toBe(name);
    expect((await call("GET", `${WABA}/phone_numbers`)).json.data).toMatchObject([{ id: PNID }]);
  });

  it("subscribes and unsubscribes", async () => {
    expect((await call("GET", `${WABA}/subscribed_apps`)).json.data).toHaveLength(1);
    await call("DELETE", `${WABA}/subscribed_apps`);
    expect((await call("GET", `${WABA}/subscribed_apps`)).json.data).toHaveLength(0);
    expect((await call("POST", `${WABA}/subscribed_apps`, { body: {} })).json).toEqual({ success: true });
    expect((await call("GET", `${WABA}/subscribed_apps`)).json.data).toHaveLength(1);
  });

  it("keeps media: upload, address, download, delete", async () => {
    const form = new FormData();
    form.set("messaging_product", "whatsapp");
    form.set("type", "image/png");
    form.set("file", new File([new Uint8Array([1, 2, 3])], "a.png", { type: "image/png" }));
    const encoded = new Response(form);
    const { text } = await graph.handle({
      method: "POST",
      url: `https://graph.facebook.com/v26.0/${PNID}/media`,
      headers: { authorization: "Bearer good", "content-type": encoded.headers.get("content-type") ?? "" },
      body: new Uint8Array(await encoded.arrayBuffer()),
    });
    const { id } = JSON.parse(text);
    const { json } = await call("GET", id);
    expect(json).toMatchObject({ mime_type: "image/png", file_size: 3, id });
    const get = (token: string) => graph.handle({ method: "GET", url: json.url, headers: { authorization: `Bearer ${token}` } });
    expect((await get("good")).bytes).toEqual(new Uint8Array([1, 2, 3]));
    expect((await get("other")).status).toBe(404);
    nowMs += 5 * 60 * 1000 + 1000;
    expect((await get("good")).status).toBe(404);
    expect((await call("DELETE", id)).json).toEqual({ success: true });
    expect((await call("GET", id)).json.error.error_subcode).toBe(33);
  });
});
