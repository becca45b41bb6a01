import { describe, expect, it } from "vitest";
import { checkTemplateParams, renderTemplate, templateVariables } from "@/lib/whatsapp/template-rules";
import { TemplateParams } from "@/lib/whatsapp/template-schema";

const NAMED = {
  parameterFormat: "NAMED",
  components: [
    {
      type: "BODY",
      text: "Hello {{customerName}}, order {{orderNumber}} is confirmed. Thank you, {{customerName}}.",
      example: { body_text_named_params: [{ param_name: "customerName", example: "Ayse" }] },
    },
    { type: "FOOTER", text: "Example Shop" },
    {
      type: "BUTTONS",
      buttons: [
        { type: "QUICK_REPLY", text: "Help" },
        { type: "URL", text: "Track", url: "https://example.com/t/{{1}}", example: ["https://example.com/t/TR-1"] },
      ],
    },
  ],
};
const POSITIONAL = {
  parameterFormat: "POSITIONAL",
  components: [
    { type: "HEADER", format: "TEXT", text: "Order {{1}}", example: { header_text: ["TR-1"] } },
    { type: "BODY", text: "On {{2}}, {{1}} will bring it.", example: { body_text: [["Ali", "Monday"]] } },
    { type: "BUTTONS", buttons: [{ type: "URL", text: "Track", url: "https://example.com/{{1}}" }] },
  ],
};
const SIMPLE = { parameterFormat: "POSITIONAL", components: [{ type: "BODY", text: "Hi {{1}}, {{2}} is ready." }] };
const PLAIN = { parameterFormat: "POSITIONAL", components: [{ type: "BODY", text: "We are open again." }] };
const CODE = {
  components: [
    { type: "BODY", text: "*{{1}}* is your verification code.", add_security_recommendation: true },
    {
      type: "BUTTONS",
      buttons: [{ type: "URL", text: "Copy code", url: "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}" }],
    },
  ],
};

describe("templateVariables", () => {
  it("lists names in order of appearance, each once, then buttons", () => {
    expect(templateVariables(NAMED.components, "NAMED")).toEqual([
      { place: "body", name: "customerName", key: "customerName", example: "Ayse" },
      { place: "body", name: "orderNumber", key: "orderNumber" },
      { place: "button", buttonIndex: 1, name: "1", key: "button_1", example: "https://example.com/t/TR-1" },
    ]);
  });

  it("numbers positional variables over header, body in numeric order, buttons", () => {
    expect(templateVariables(POSITIONAL.components, "POSITIONAL")).toEqual([
      { place: "header", name: "1", key: "1", example: "TR-1" },
      { place: "body", name: "1", key: "2", example: "Ali" },
      { place: "body", name: "2", key: "3", example: "Monday" },
      { place: "button", buttonIndex: 0, name: "1", key: "4" },
    ]);
  });

  it("sees the format in the text when Meta gives none", () => {
    expect(templateVariables(NAMED.components, undefined).map((v) => v.key)).toEqual(["customerName", "orderNumber", "button_1"]);
    expect(templateVariables(SIMPLE.components, null).map((v) => v.key)).toEqual(["1", "2"]);
  });

  it("counts a one-time code once", () => {
    expect(templateVariables(CODE.components, "POSITIONAL")).toEqual([{ place: "body", name: "1", key: "1" }]);
    const withoutText = [{ type: "BODY" }, { type: "BUTTONS", buttons: [{ type: "OTP", otp_type: "COPY_CODE", text: "Copy" }] }];
    expect(templateVariables(withoutText, "POSITIONAL")).toEqual([{ place: "body", name: "1", key: "1" }]);
  });

  it("asks for the code of a copy-code button", () => {
    const components = [
      { type: "BODY", text: "Take it" },
      { type: "BUTTONS", buttons: [{ type: "COPY_CODE", text: "Copy", example: "SAVE10" }] },
    ];
    expect(templateVariables(components, "NAMED")).toEqual([
      { place: "button", buttonIndex: 0, name: "coupon_code", key: "button_0", example: "SAVE10" },
    ]);
  });

  it.each([
    [null],
    [undefined],
    ["text"],
    [42],
    [{}],
    [[null, 1, "x", {}, [], { type: 5 }, { type: "BODY" }, { type: "BODY", text: 5 }]],
    [[{ type: "BUTTONS", buttons: "x" }]],
    [[{ type: "BUTTONS", buttons: [null, 7, { type: "URL", url: 3 }] }]],
  ])("survives %j", (components) => {
    expect(templateVariables(components, "NAMED")).toEqual([]);
  });
});

describe("checkTemplateParams", () => {
  const ok = { ok: true, missing: [], unexpected: [], invalid: [], unsupported: [] };

  it.each([
    ["an object by name", NAMED, { customerName: "Ayse", orderNumber: "TR-1", button_1: "TR-1" }],
    ["an array in order of appearance", NAMED, ["Ayse", "TR-1", "TR-1"]],
    ["an array: header, body, buttons", POSITIONAL, ["TR-1", "Ali", "Monday", "x"]],
    ["an object by number", SIMPLE, { "1": "Ayse", "2": "it" }],
    ["nothing for a template without variables", PLAIN, undefined],
    ["an empty object for a template without variables", PLAIN, {}],
    ["an empty array for a template without variables", PLAIN, []],
    ["a code", CODE, ["123456"]],
  ] as const)("takes %s", (_what, template, params) => {
    expect(checkTemplateParams(template, params as TemplateParams)).toMatchObject(ok);
  });

  it("refuses names for a positional template and says what was expected", () => {
    expect(checkTemplateParams(SIMPLE, { customerName: "Ayse", orderNumber: "TR-1" })).toMatchObject({
      ok: false,
      missing: ["1", "2"],
      unexpected: ["customerName", "orderNumber"],
      invalid: [],
      unsupported: [],
      expected: { format: "POSITIONAL", keys: ["1", "2"] },
    });
  });

  it.each([
    ["too few", SIMPLE, ["Ayse"], ["2"], []],
    ["too many", SIMPLE, ["a", "b", "c", "d"], [], ["3", "4"]],
    ["none", SIMPLE, null, ["1", "2"], []],
    ["one name missing, one surplus", NAMED, { customerName: "A", order: "B", button_1: "C" }, ["orderNumber"], ["order"]],
    ["values for a template without variables", PLAIN, ["x"], [], ["1"]],
    ["an inherited name", { components: [{ type: "BODY", text: "a {{constructor}} b" }] }, {}, ["constructor"], []],
  ] as const)("refuses %s", (_what, template, params, missing, unexpected) => {
    expect(checkTemplateParams(template, params as TemplateParams | null)).toMatchObject({ ok: false, missing, unexpected });
  });

  it.each([
    ["", "empty"],
    ["   ", "empty"],
    ["a\nb", "line_break"],
    ["a\r\nb", "line_break"],
    ["a\tb", "line_break"],
    ["a\u2028b", "line_break"],
    ["a\u0000b", "line_break"],
    ["a     b", "too_many_spaces"],
    ["x".repeat(1025), "too_long"],
  ])("refuses the value %j as %s", (value, reason) => {
    expect(checkTemplateParams(SIMPLE, ["ok", value])).toMatchObject({ ok: false, invalid: [{ key: "2", reason }] });
  });

  it.each(["a    b", "İğüşöç 😀", "x".repeat(900), "$& $1 {{1}}"])("takes the value %j", (value) => {
    expect(checkTemplateParams(SIMPLE, ["ok", value]).ok).toBe(true);
  });

  it("measures header and code with their values filled in", () => {
    expect(checkTemplateParams(POSITIONAL, ["x".repeat(55), "a", "b", "c"]).invalid).toMatchObject([
      { key: "1", reason: "too_long" },
    ]);
    expect(checkTemplateParams(POSITIONAL, ["x".repeat(54), "a", "b", "c"]).ok).toBe(true);
    expect(checkTemplateParams(CODE, ["1".repeat(16)]).invalid).toMatchObject([{ key: "1", reason: "too_long" }]);
    expect(checkTemplateParams(CODE, ["1".repeat(15)]).ok).toBe(true);
  });

  it("refuses values that are no text, should one slip in", () => {
    const odd = JSON.parse('{"1": null, "2": {"a": 1}}');
    expect(checkTemplateParams(SIMPLE, odd).invalid).toEqual([
      { key: "1", reason: "not_text" },
      { key: "2", reason: "not_text" },
    ]);
  });

  it.each([
    [
      [
        { type: "HEADER", format: "PRODUCT" },
        { type: "BODY", text: "x" },
      ],
      ["HEADER_PRODUCT"],
    ],
    [
      [
        { type: "BODY", text: "x" },
        { type: "CAROUSEL", cards: [{ components: [{ type: "HEADER", format: "PRODUCT" }] }] },
        { type: "CALL_PERMISSION_REQUEST" },
      ],
      ["CALL_PERMISSION_REQUEST", "CARD_HEADER_PRODUCT"],
    ],
    [
      [
        { type: "BODY", text: "x" },
        { type: "BUTTONS", buttons: [{ type: "MPM", text: "View" }] },
      ],
      ["BUTTON_MPM"],
    ],
  ])("says what cannot be sent yet: %j", (components, unsupported) => {
    expect(checkTemplateParams({ components }, [])).toMatchObject({ ok: false, unsupported });
  });
});

describe("renderTemplate", () => {
  it("fills in every place", () => {
    expect(renderTemplate(POSITIONAL, ["TR-1", "Ali", "Monday", "t1"])).toEqual({
      header: { format: "TEXT", text: "Order TR-1" },
      body: "On Monday, Ali will bring it.",
      buttons: [{ type: "URL", text: "Track", url: "https://example.com/t1" }],
    });
    expect(renderTemplate(NAMED, { customerName: "Ayse", orderNumber: "TR-1", button_1: "z" })).toEqual({
      body: "Hello Ayse, order TR-1 is confirmed. Thank you, Ayse.",
      footer: "Example Shop",
      buttons: [
        { type: "QUICK_REPLY", text: "Help" },
        { type: "URL", text: "Track", url: "https://example.com/t/z" },
      ],
    });
  });

  it("leaves open what has no value, and takes values literally", () => {
    expect(renderTemplate(SIMPLE, { "1": "$& {{2}}" }).body).toBe("Hi $& {{2}}, {{2}} is ready.");
    expect(renderTemplate(SIMPLE, undefined).body).toBe("Hi {{1}}, {{2}} is ready.");
  });

  it("names a media header without a text", () => {
    expect(
      renderTemplate(
        {
          components: [
            { type: "HEADER", format: "IMAGE" },
            { type: "BODY", text: "x" },
          ],
        },
        [],
      ).header,
    ).toEqual({ format: "IMAGE" });
  });
});

describe("TemplateParams", () => {
  it("takes numbers as text", () => {
    expect(TemplateParams.parse({ count: 3, price: 1.5 })).toEqual({ count: "3", price: "1.5" });
    expect(TemplateParams.parse(["a", 7])).toEqual(["a", "7"]);
  });

  it.each([[null], ["text"], [7], [{ a: null }], [{ a: {} }], [[true]], [[["x"]]]])("refuses %j", (value) => {
    expect(TemplateParams.safeParse(value).success).toBe(false);
  });

  it.each([
    ["IMAGE", "image", "media"],
    ["VIDEO", "video", "media"],
    ["DOCUMENT", "document", "media"],
    ["LOCATION", "location", "location"],
  ])("asks for what the header %s needs, and for nothing else", (format, type, key) => {
    const template = {
      components: [
        { type: "HEADER", format },
        { type: "BODY", text: "x" },
      ],
    };
    const none = { missing: [], unexpected: [], unsupported: [] };
    expect(checkTemplateParams(template, [])).toMatchObject({ ...none, ok: false, missing: [key], expected: { header: type } });
    expect(checkTemplateParams(template, [], { header: type })).toMatchObject({ ...none, ok: true });
    expect(checkTemplateParams(template, [], { header: "audio" })).toMatchObject({ ...none, ok: false, unexpected: ["media"] });
    const plain = { components: [{ type: "BODY", text: "x" }] };
    expect(checkTemplateParams(plain, [], { header: type })).toMatchObject({ ...none, ok: false, unexpected: [key] });
  });
});

describe("a carousel and an offer", () => {
  const card = (text: string) => ({
    components: [
      { type: "HEADER", format: "IMAGE", example: { header_handle: ["4::abc"] } },
      { type: "BODY", text, example: { body_text: [["coffee"]] } },
      {
        type: "BUTTONS",
        buttons: [{ type: "URL", text: "See", url: "https://example.com/{{1}}", example: ["https://example.com/1"] }],
      },
    ],
  });
  const components = [
    { type: "BODY", text: "Hello {{1}}, look.", example: { body_text: [["Ada"]] } },
    { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Ends soon", has_expiration: true } },
    { type: "CAROUSEL", cards: [card("Our {{1}} for you"), card("A grinder for {{1}}")] },
  ];

  it("number the variables of cards after those of the message, each card's own in its order", () => {
    expect(templateVariables(components)).toMatchObject([
      { key: "1", place: "body", example: "Ada" },
      { key: "2", place: "body", card: 0, example: "coffee" },
      { key: "3", place: "button", card: 0, buttonIndex: 0 },
      { key: "4", place: "body", card: 1 },
      { key: "5", place: "button", card: 1, buttonIndex: 0 },
    ]);
    const named = structuredClone(components);
    for (const { components: parts } of named[2]?.cards ?? []) Object.assign(parts[1] ?? {}, { text: "Our {{what}} for you" });
    expect(templateVariables(named, "NAMED").map(({ key }) => key)).toEqual([
      ...["1", "card_1_what", "card_1_button_0", "card_2_what", "card_2_button_0"],
    ]);
  });

  it("are rendered with every card", () => {
    expect(renderTemplate({ components }, ["Ada", "beans", "b1", "mills", "m1"])).toMatchObject({
      body: "Hello Ada, look.",
      offer: { text: "Ends soon" },
      cards: [
        { header: { format: "IMAGE" }, body: "Our beans for you", buttons: [{ text: "See", url: "https://example.com/b1" }] },
        { body: "A grinder for mills", buttons: [{ url: "https://example.com/m1" }] },
      ],
    });
  });

  it("are checked with what each message gives them", () => {
    const params = ["Ada", "beans", "b1", "mills", "m1"];
    const now = new Date("2026-11-26T00:00:00Z");
    const whole = { cards: ["image", "image"], offerExpiresAt: "2026-11-27T00:00:00.000Z", now };
    const check = (parts: object) => checkTemplateParams({ components }, params, { ...whole, ...parts });
    expect(check({})).toMatchObject({ ok: true });
    expect(check({ cards: ["image"], offerExpiresAt: undefined })).toMatchObject({
      ok: false,
      missing: ["cards.1.media", "offerExpiresAt"],
    });
    expect(check({ cards: ["image", "video", "image"] })).toMatchObject({
      unexpected: ["cards.2"],
      invalid: [{ key: "cards.1.media", reason: "wrong_type", limit: "image", given: "video" }],
    });
    expect(check({ offerExpiresAt: now.toISOString() })).toMatchObject({ invalid: [{ key: "offerExpiresAt", reason: "past" }] });
    expect(check({ buttons: [{ index: 0, card: 1 }, { index: 3 }], hasFlow: true })).toMatchObject({
      unexpected: ["buttons.card 1.0", "buttons.3", "flow"],
    });
    // 160 characters on a card. Source: Meta, "Template components" (2025).
    expect(checkTemplateParams({ components }, [...params.slice(0, 3), "m".repeat(200), "m1"], whole)).toMatchObject({
      invalid: [{ key: "4", reason: "too_long", limit: 160, given: 214 }],
    });
  });
});
