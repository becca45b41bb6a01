import { describe, expect, it } from "vitest";
import { type TemplateDraft, templateFindings } from "./template-draft-rules";
import { TEMPLATE_RULES } from "./template-findings";

type Json = Record<string, unknown>;

const body = (text: string, ...examples: string[]): Json => ({
  type: "BODY",
  text,
  ...(examples.length > 0 && { example: { body_text: [examples] } }),
});
const plain = body("Your order is on its way to you.");
const draft = (components: unknown, over: TemplateDraft = {}): TemplateDraft => ({
  name: "order_shipped",
  language: "en",
  category: "UTILITY",
  components,
  ...over,
});
const buttons = (...list: Json[]): Json => ({ type: "BUTTONS", buttons: list });
const reply = (text: string): Json => ({ type: "QUICK_REPLY", text });
const link = (url: string, ...example: string[]): Json => ({
  type: "URL",
  text: `Go ${url.length}`,
  url,
  ...(example.length > 0 && { example }),
});
const phone = (text: string): Json => ({ type: "PHONE_NUMBER", text, phone_number: "+905551112233" });
const header = (text: string, over: Json = {}): Json => ({ type: "HEADER", format: "TEXT", text, ...over });
const card = (...more: Json[]): Json => ({
  components: [{ type: "HEADER", format: "IMAGE", example: { header_handle: ["4::aW1n"] } }, buttons(reply("Buy now")), ...more],
});
const code = (over: Json = {}): Json[] => [
  { type: "BODY", add_security_recommendation: true },
  { type: "FOOTER", code_expiration_minutes: 10 },
  buttons({ type: "OTP", otp_type: "COPY_CODE", text: "Copy code", ...over }),
];

const found = (given: TemplateDraft) => templateFindings(given).map(({ path, rule }) => `${path} ${rule}`);

describe("takes what Meta takes", () => {
  it.each<[string, TemplateDraft]>([
    ["a plain body", draft([plain])],
    ["a body of exactly 1,024 characters", draft([body("x".repeat(1024))])],
    ["variables in the middle", draft([body("Your order {{1}} is on its way, {{2}}, to you.", "ORD-1", "Ayşe")])],
    [
      "named variables",
      draft(
        [
          {
            type: "BODY",
            text: "Merhaba {{ad}}, siparişiniz bugün yola çıktı.",
            example: { body_text_named_params: [{ param_name: "ad", example: "Ayşe" }] },
          },
        ],
        { parameter_format: "NAMED", language: "tr" },
      ),
    ],
    [
      "a header of 60 characters and a footer of 60",
      draft([header("h".repeat(60)), plain, { type: "FOOTER", text: "f".repeat(60) }]),
    ],
    ["a header with a variable", draft([header("Order {{1}} is here", { example: { header_text: ["ORD-1"] } }), plain])],
    ["a header with a picture", draft([{ type: "HEADER", format: "IMAGE", example: { header_handle: ["4::aW1hZ2U"] } }, plain])],
    ["a place as header", draft([{ type: "HEADER", format: "LOCATION" }, plain])],
    ["ten quick replies", draft([plain, buttons(...Array.from({ length: 10 }, (_, i) => reply(`Answer ${i}`)))])],
    [
      "two addresses, one of them dynamic",
      draft([plain, buttons(link("https://example.com/a"), link("https://example.com/t/{{1}}", "https://example.com/t/1"))]),
    ],
    [
      "quick replies before other buttons",
      draft([plain, buttons(reply("Yes"), reply("No"), phone("Call"), link("https://example.com"))]),
    ],
    ["words in lower case", draft([{ type: "body", text: "Your order is on its way." }], { category: "utility" })],
    ["a one-time code", draft(code(), { category: "AUTHENTICATION", message_send_ttl_seconds: 600 })],
    [
      "zero-tap with accepted terms",
      draft(
        code({
          otp_type: "ZERO_TAP",
          zero_tap_terms_accepted: true,
          supported_apps: [{ package_name: "com.example", signature_hash: "K8a/AINcGX7" }],
        }),
        { category: "AUTHENTICATION" },
      ),
    ],
    ["a carousel of two cards", draft([plain, { type: "CAROUSEL", cards: [card(), card()] }], { category: "MARKETING" })],
    [
      "a limited-time offer",
      draft(
        [
          { type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Ends tonight!", has_expiration: true } },
          body("b".repeat(600)),
          buttons({ type: "COPY_CODE", example: "SUMMER26" }, link("https://example.com")),
        ],
        { category: "MARKETING" },
      ),
    ],
    [
      "a text without spaces between its words",
      draft([body("尊敬的顾客您的订单{{1}}已经发货请注意查收谢谢您", "A1")], { language: "zh_CN" }),
    ],
  ])("%s", (_, given) => {
    expect(templateFindings(given)).toEqual([]);
  });
});

describe("refuses what Meta refuses", () => {
  it.each<[string, TemplateDraft, string[]]>([
    ["nothing at all", {}, ["name required", "language required", "category not_one_of", "components required"]],
    ["a name in capitals", draft([plain], { name: "Bad_Name" }), ["name name_format"]],
    ["a name of 513 characters", draft([plain], { name: "n".repeat(513) }), ["name too_long"]],
    ["a language that Meta has not", draft([plain], { language: "tr_TR" }), ["language language_unknown"]],
    ["a category that Meta has not", draft([plain], { category: "TRANSACTIONAL" }), ["category not_one_of"]],
    ["a kind of variables that Meta has not", draft([plain], { parameter_format: "BY_NAME" }), ["parameter_format not_one_of"]],
    ["no body", draft([{ type: "FOOTER", text: "only this" }]), ["components required"]],
    ["an empty body", draft([body(" ")]), ["components.0.text required"]],
    ["two bodies", draft([plain, plain]), ["components.1.type component_twice"]],
    ["a component that Meta has not", draft([plain, { type: "SIDEBAR" }]), ["components.1.type component_unknown"]],
    ["a body of 1,025 characters", draft([body("x".repeat(1025))]), ["components.0.text too_long"]],
    ["a variable at the start", draft([body("{{1}} is here today for you", "a")]), ["components.0.text variable_at_edge"]],
    ["a variable at the end", draft([body("It is here for you {{1}}", "a")]), ["components.0.text variable_at_edge"]],
    [
      "a gap in the numbers",
      draft([body("One {{1}} and then {{3}} at the very end.", "a", "b")]),
      ["components.0.text variable_gap"],
    ],
    [
      "variables side by side",
      draft([body("So this is {{1}} {{2}} for you, dear friend.", "a", "b")]),
      ["components.0.text variables_adjacent"],
    ],
    [
      "too many variables for its words",
      draft([body("Hi {{1}}, {{2}}, {{3}} ok", "a", "b", "c")]),
      ["components.0.text variables_crowded"],
    ],
    [
      "a variable without example",
      draft([body("Your order {{1}} is on its way.")]),
      ["components.0.example.body_text example_missing"],
    ],
    [
      "one example too few",
      draft([body("Your order {{1}} is on its way with {{2}} to you.", "a")]),
      ["components.0.example.body_text example_missing"],
    ],
    [
      "an empty example",
      draft([body("Your order {{1}} is on its way.", " ")]),
      ["components.0.example.body_text.0.0 example_empty"],
    ],
    ["a name among numbers", draft([body("Your order {{order}} is on its way.", "a")]), ["components.0.text variable_format"]],
    ["blanks in a variable", draft([body("Your order {{ 1 }} is on its way.", "a")]), ["components.0.text variable_malformed"]],
    ["a variable that is not closed", draft([body("Your order {{1 is on its way.")]), ["components.0.text variable_malformed"]],
    [
      "a name in capitals and one without example",
      draft(
        [
          {
            type: "BODY",
            text: "Dear {{Name}}, this is for you.",
            example: { body_text_named_params: [{ param_name: "x", example: "y" }] },
          },
        ],
        {
          parameter_format: "NAMED",
        },
      ),
      [
        "components.0.text variable_format",
        "components.0.example.body_text_named_params example_missing",
        "components.0.example.body_text_named_params.0.param_name example_unknown",
      ],
    ],
    ["a header of 61 characters", draft([header("h".repeat(61)), plain]), ["components.0.text too_long"]],
    [
      "two variables in a header",
      draft([header("{{1}} and {{2}} go", { example: { header_text: ["a", "b"] } }), plain]),
      ["components.0.text too_many"],
    ],
    ["a line break in a header", draft([header("Two\nlines"), plain]), ["components.0.text line_break"]],
    ["formatting in a header", draft([header("*Bold*"), plain]), ["components.0.text formatting"]],
    ["an emoji in a header", draft([header("Sale 🎉"), plain]), ["components.0.text emoji"]],
    ["a header of no known format", draft([{ type: "HEADER", format: "AUDIO" }, plain]), ["components.0.format not_one_of"]],
    [
      "a picture without sample",
      draft([{ type: "HEADER", format: "IMAGE" }, plain]),
      ["components.0.example.header_handle handle_missing"],
    ],
    [
      "an address as sample",
      draft([{ type: "HEADER", format: "IMAGE", example: { header_handle: ["https://example.com/a.png"] } }, plain]),
      ["components.0.example.header_handle handle_missing"],
    ],
    [
      "a moving picture outside marketing",
      draft([{ type: "HEADER", format: "GIF", example: { header_handle: ["4::a"] } }, plain]),
      ["components.0.format not_in_category"],
    ],
    ["a footer of 61 characters", draft([plain, { type: "FOOTER", text: "x".repeat(61) }]), ["components.1.text too_long"]],
    [
      "a variable in a footer",
      draft([plain, { type: "FOOTER", text: "For {{1}} only" }]),
      ["components.1.text variable_not_allowed"],
    ],
    [
      "eleven buttons",
      draft([plain, buttons(...Array.from({ length: 11 }, (_, i) => reply(`b${i}`)))]),
      ["components.1.buttons too_many"],
    ],
    ["no button in buttons", draft([plain, buttons()]), ["components.1.buttons required"]],
    ["a button text of 26 characters", draft([plain, buttons(reply("x".repeat(26)))]), ["components.1.buttons.0.text too_long"]],
    [
      "the same button twice",
      draft([plain, buttons(reply("Yes"), reply("Yes"))]),
      ["components.1.buttons.1.text button_text_twice"],
    ],
    ["a variable on a button", draft([plain, buttons(reply("Go {{1}}"))]), ["components.1.buttons.0.text variable_not_allowed"]],
    ["two phone buttons", draft([plain, buttons(phone("a"), phone("b"))]), ["components.1.buttons too_many"]],
    [
      "three addresses",
      draft([plain, buttons(link("https://a.com"), link("https://aa.com"), link("https://aaa.com"))]),
      ["components.1.buttons too_many"],
    ],
    [
      "quick replies around an address",
      draft([plain, buttons(reply("a"), link("https://example.com"), reply("b"))]),
      ["components.1.buttons buttons_mixed"],
    ],
    [
      "a phone number that is none",
      draft([plain, buttons({ type: "PHONE_NUMBER", text: "Call", phone_number: "call us" })]),
      ["components.1.buttons.0.phone_number phone_number"],
    ],
    [
      "a phone number of 21 characters",
      draft([plain, buttons({ type: "PHONE_NUMBER", text: "Call", phone_number: "+90555111223344556677" })]),
      ["components.1.buttons.0.phone_number too_long"],
    ],
    ["an address that is none", draft([plain, buttons(link("example.com/a"))]), ["components.1.buttons.0.url address"]],
    [
      "an address of 2,001 characters",
      draft([plain, buttons(link(`https://example.com/${"x".repeat(1981)}`))]),
      ["components.1.buttons.0.url too_long"],
    ],
    [
      "a variable within an address",
      draft([plain, buttons(link("https://example.com/{{1}}/a", "https://example.com/1/a"))]),
      ["components.1.buttons.0.url variable_not_last"],
    ],
    [
      "a dynamic address without example",
      draft([plain, buttons(link("https://example.com/{{1}}"))]),
      ["components.1.buttons.0.example example_missing"],
    ],
    [
      "a code of 16 characters",
      draft([plain, buttons({ type: "COPY_CODE", example: "x".repeat(16) })]),
      ["components.1.buttons.0.example too_long"],
    ],
    [
      "a button that Meta has not",
      draft([plain, buttons({ type: "SMS", text: "a" })]),
      ["components.1.buttons.0.type not_one_of"],
    ],
    ["a flow button without flow", draft([plain, buttons({ type: "FLOW", text: "Book" })]), ["components.1.buttons.0 required"]],
    [
      "a code button outside authentication",
      draft([plain, buttons({ type: "OTP", otp_type: "COPY_CODE", text: "Copy" })]),
      ["components.1.buttons.0.type not_in_category"],
    ],
    [
      "text of one's own in an authentication template",
      draft([body("Your code is here."), ...code().slice(1)], { category: "AUTHENTICATION" }),
      ["components.0.text text_is_metas"],
    ],
    [
      "an authentication template without its button",
      draft(code().slice(0, 2), { category: "AUTHENTICATION" }),
      ["components one_otp_button"],
    ],
    [
      "a code that lives 91 minutes",
      draft([{ type: "BODY" }, { type: "FOOTER", code_expiration_minutes: 91 }, ...code().slice(2)], {
        category: "AUTHENTICATION",
      }),
      ["components.1.code_expiration_minutes out_of_range"],
    ],
    [
      "zero-tap without its terms",
      draft(code({ otp_type: "ZERO_TAP", supported_apps: [{ package_name: "a", signature_hash: "b" }] }), {
        category: "AUTHENTICATION",
      }),
      ["components.2.buttons.0.zero_tap_terms_accepted terms_not_accepted"],
    ],
    [
      "one-tap without an app",
      draft(code({ otp_type: "ONE_TAP" }), { category: "AUTHENTICATION" }),
      ["components.2.buttons.0.supported_apps required"],
    ],
    [
      "a header in an authentication template",
      draft([header("Code"), ...code()], { category: "AUTHENTICATION" }),
      ["components.0.type not_in_category"],
    ],
    [
      "one card",
      draft([plain, { type: "CAROUSEL", cards: [card()] }], { category: "MARKETING" }),
      ["components.1.cards too_few"],
    ],
    [
      "eleven cards",
      draft([plain, { type: "CAROUSEL", cards: Array.from({ length: 11 }, () => card()) }], { category: "MARKETING" }),
      ["components.1.cards too_many"],
    ],
    [
      "cards of different shape",
      draft([plain, { type: "CAROUSEL", cards: [card(), card(body("More of it."))] }], { category: "MARKETING" }),
      ["components.1.cards cards_differ"],
    ],
    [
      "a card's body of 161 characters",
      draft([plain, { type: "CAROUSEL", cards: [card(body("x".repeat(161))), card(body("y"))] }], { category: "MARKETING" }),
      ["components.1.cards.0.components.2.text too_long"],
    ],
    [
      "a footer beside a carousel",
      draft([plain, { type: "FOOTER", text: "a" }, { type: "CAROUSEL", cards: [card(), card()] }], { category: "MARKETING" }),
      ["components.1.type not_together"],
    ],
    [
      "an offer of 17 characters",
      draft([{ type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "x".repeat(17) } }, plain], { category: "MARKETING" }),
      ["components.0.limited_time_offer.text too_long"],
    ],
    [
      "an offer's body of 601 characters",
      draft([{ type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Now" } }, body("b".repeat(601))], {
        category: "MARKETING",
      }),
      ["components.1.text too_long"],
    ],
    [
      "an offer outside marketing",
      draft([{ type: "LIMITED_TIME_OFFER", limited_time_offer: { text: "Now" } }, plain]),
      ["components.0.type not_in_category"],
    ],
    [
      "a life of 43,201 seconds for utility",
      draft([plain], { message_send_ttl_seconds: 43_201 }),
      ["message_send_ttl_seconds out_of_range"],
    ],
  ])("%s", (_, given, wanted) => {
    expect(found(given)).toEqual(wanted);
  });
});

it("tells everything at once, with limit and given", () => {
  const given = draft([header("h".repeat(70)), body("b".repeat(1100)), { type: "FOOTER", text: "f".repeat(99) }], {
    name: "A B",
  });
  expect(templateFindings(given)).toMatchObject([
    { path: "name", rule: "name_format", given: "A B" },
    { path: "components.0.text", rule: "too_long", limit: 60, given: 70, message: "At most 60 characters; this has 70" },
    { path: "components.1.text", rule: "too_long", limit: 1024, given: 1100 },
    { path: "components.2.text", rule: "too_long", limit: 60, given: 99 },
  ]);
});

it("names a source for every rule", () => {
  for (const [name, { source }] of Object.entries(TEMPLATE_RULES)) expect(source, name).toMatch(/^Meta, “/);
});

it.each([
  ["components that are no list", draft("x")],
  ["components that are no objects", draft([null, 7, "x", [[]]])],
  [
    "parts of the wrong kind",
    draft([
      { type: 5 },
      { type: "BODY", text: 7, example: 9 },
      { type: "BUTTONS", buttons: [null, 4, { type: "URL", url: {} }] },
    ]),
  ],
  [
    "nesting without end",
    draft([JSON.parse(`{"type":"BODY","text":"Hello there.","example":${"[".repeat(5000)}${"]".repeat(5000)}}`)]),
  ],
  ["a hundred thousand buttons", draft([plain, buttons(...Array.from({ length: 100_000 }, () => ({ type: "X" })))])],
])("answers about %s, in bounds", (_, given) => {
  const findings = templateFindings(given);
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.length).toBeLessThanOrEqual(100);
});
