import { expect, it } from "vitest";
import type { Template } from "@/lib/templates/schema";
import { templateFindings } from "@/lib/whatsapp/template-draft-rules";
import { type Draft, emptyDraft, newButton, newCard, sampleKey, toDraft, toMeta } from "./draft";

const written = (over: Partial<Draft>): Draft => ({
  ...emptyDraft("int_1", "en"),
  name: "order",
  body: "Hello {{name}}, your order is here.",
  samples: { [sampleKey("body", "name")]: "Ada" },
  ...over,
});

function stored(draft: Draft): Template {
  const { template } = toMeta(draft);
  return {
    id: "tpl_1",
    metaId: null,
    businessAccountId: "1",
    previousCategory: null,
    status: "DRAFT",
    parameterFormat: draft.format,
    variables: [],
    qualityScore: null,
    rejectedReason: null,
    messageSendTtlSeconds: null,
    nextEditAt: null,
    syncedAt: "2026-11-26T00:00:00.000Z",
    updatedAt: "2026-11-26T00:00:00.000Z",
    name: template.name,
    language: template.language,
    category: template.category,
    components: template.components as Template["components"],
    optOutButton: template.optOutButton ?? null,
  };
}

const url = newButton("URL", { text: "Follow", url: "https://example.com/{{1}}", example: "https://example.com/1" });
const card = () => ({
  ...newCard(),
  sample: "4::abc",
  body: "A card of ours for you",
  buttons: [newButton("QUICK_REPLY", { text: "This" })],
});
const stop = newButton("QUICK_REPLY", { text: "No offers" });

const DRAFTS: [string, Draft][] = [
  ["only a body", written({})],
  [
    "a header with a variable, a footer and every button",
    written({
      header: { format: "TEXT", text: "For {{name}} only", sample: "" },
      footer: "Our shop",
      buttons: [
        url,
        newButton("PHONE_NUMBER", { text: "Call", phone: "+905551112233" }),
        newButton("COPY_CODE", { code: "SAVE10" }),
        newButton("FLOW", { text: "Book", flowId: "123" }),
        newButton("QUICK_REPLY", { text: "Help" }),
      ],
      samples: { [sampleKey("body", "name")]: "Ada", [sampleKey("header", "name")]: "Ada" },
    }),
  ],
  [
    "a picture, numbered variables, a button that stops offers",
    written({
      category: "MARKETING",
      format: "POSITIONAL",
      header: { format: "IMAGE", text: "", sample: "4::abc" },
      body: "Hello {{1}}, this is {{2}} for you today.",
      samples: { [sampleKey("body", "1")]: "Ada", [sampleKey("body", "2")]: "an offer" },
      buttons: [stop],
      optOut: stop.id,
    }),
  ],
  ["a place", written({ header: { format: "LOCATION", text: "", sample: "" } })],
  ["a carousel", written({ category: "MARKETING", layout: "carousel", cards: [card(), card()] })],
  [
    "an offer that ends",
    written({
      category: "MARKETING",
      layout: "offer",
      offer: { text: "Ends soon", expires: true },
      buttons: [newButton("COPY_CODE", { code: "SAVE" }), url],
    }),
  ],
  ["a one-time code", written({ category: "AUTHENTICATION" })],
  [
    "a code that fills itself in",
    written({
      category: "AUTHENTICATION",
      code: {
        ...emptyDraft("", "en").code,
        otp: "ZERO_TAP",
        autofill: "Fill in",
        apps: [{ package_name: "com.example.app", signature_hash: "K8a/AINcGX7" }],
        accepted: true,
      },
    }),
  ],
];

it.each(DRAFTS)("is taken by the rules, and comes back as it was written: %s", (_, draft) => {
  const { template } = toMeta(draft);
  expect(templateFindings(template)).toEqual([]);
  const again = toDraft(stored(draft), "int_1");
  expect(again && toMeta(again)).toEqual(toMeta(draft));
});

it("names the part that each component comes from, so that a finding leads to its field", () => {
  const [, full] = DRAFTS[1] ?? [];
  expect(full && toMeta(full).places).toEqual(["header", "body", "footer", "buttons"]);
});

it("takes no template of which it would lose a part", () => {
  const template = stored(written({}));
  const lost = [
    { type: "CALL_PERMISSION_REQUEST" },
    { type: "BUTTONS", buttons: [{ type: "CATALOG", text: "View" }] },
    { type: "HEADER", format: "GIF" },
  ];
  for (const component of lost)
    expect(toDraft({ ...template, components: [...template.components, component] }, "int_1"), component.type).toBeNull();
});
