import type { CreateTemplate } from "@/lib/templates/schema";
import type { Starter } from "@/lib/templates/starters";
import { readTemplate } from "@/lib/whatsapp/template-layout";

export const HEADER_FORMATS = ["NONE", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"] as const;
export type HeaderFormat = (typeof HEADER_FORMATS)[number];
export const BUTTON_TYPES = ["QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "FLOW"] as const;
export type ButtonType = (typeof BUTTON_TYPES)[number];
export const OTP_TYPES = ["COPY_CODE", "ONE_TAP", "ZERO_TAP"] as const;
export type Category = "MARKETING" | "UTILITY" | "AUTHENTICATION";
export type Layout = "standard" | "carousel" | "offer";

/** Every field that some type of button has: what is not of its type is kept while one tries another. */
export type DraftButton = {
  id: string;
  type: ButtonType;
  text: string;
  url: string;
  /** Of the address's variable. */
  example: string;
  phone: string;
  code: string;
  flowId: string;
};
export type DraftCard = {
  id: string;
  format: "IMAGE" | "VIDEO";
  /** The id of our file, or Meta's handle. */
  sample: string;
  body: string;
  buttons: DraftButton[];
};
type App = { package_name: string; signature_hash: string };

/** What is written in the builder: every field is there, whatever the template has of them. */
export type Draft = {
  integrationId: string;
  name: string;
  language: string;
  category: Category;
  format: "POSITIONAL" | "NAMED";
  layout: Layout;
  header: { format: HeaderFormat; text: string; sample: string };
  body: string;
  footer: string;
  buttons: DraftButton[];
  /** The id of the quick reply that stops offers. */
  optOut: string | null;
  offer: { text: string; expires: boolean };
  cards: DraftCard[];
  /** Of variables, by `sampleKey`. */
  samples: Record<string, string>;
  code: {
    advice: boolean;
    minutes: string;
    otp: (typeof OTP_TYPES)[number];
    text: string;
    autofill: string;
    apps: App[];
    accepted: boolean;
  };
};

export function sampleKey(place: string, variable: string): string {
  return `${place} ${variable}`;
}

let last = 0;
/** Of a part that has no name of its own; it lives as long as the page. */
export function newPartId(): string {
  last += 1;
  return `part_${last}_${Math.random().toString(36).slice(2, 8)}`;
}

export function newButton(type: ButtonType, over: Partial<DraftButton> = {}): DraftButton {
  return { id: newPartId(), type, text: "", url: "", example: "", phone: "", code: "", flowId: "", ...over };
}

export function newCard(like?: DraftCard): DraftCard {
  return {
    id: newPartId(),
    format: like?.format ?? "IMAGE",
    sample: "",
    body: "",
    buttons: like?.buttons.map((button) => ({ ...button, id: newPartId() })) ?? [newButton("QUICK_REPLY")],
  };
}

export function emptyDraft(integrationId: string, language: string): Draft {
  return {
    integrationId,
    name: "",
    language,
    category: "UTILITY",
    format: "NAMED",
    layout: "standard",
    header: { format: "NONE", text: "", sample: "" },
    body: "",
    footer: "",
    buttons: [],
    optOut: null,
    offer: { text: "", expires: true },
    cards: [],
    samples: {},
    code: {
      advice: true,
      minutes: "10",
      otp: "COPY_CODE",
      text: "",
      autofill: "",
      apps: [{ package_name: "", signature_hash: "" }],
      accepted: false,
    },
  };
}

type Json = Record<string, unknown>;
/** What Meta is given; `places` names the part of the draft that each component comes from. */
type Given = { template: Omit<CreateTemplate, "submit" | "integrationId">; places: string[] };

/** The draft in Meta's own shape. */
export function toMeta(draft: Draft): Given {
  const parts = partsOf(draft).filter((part): part is [string, Json] => part !== null);
  const optOut = draft.category === "MARKETING" || draft.category === "UTILITY" ? optOutText(draft) : null;
  return {
    template: {
      name: draft.name,
      language: draft.language,
      category: draft.category,
      parameter_format: draft.format,
      components: parts.map(([, part]) => part) as CreateTemplate["components"],
      optOutButton: optOut,
    },
    places: parts.map(([place]) => place),
  };
}

function optOutText({ buttons, optOut, layout }: Draft): string | null {
  const button = layout === "carousel" ? undefined : buttons.find(({ id, type }) => id === optOut && type === "QUICK_REPLY");
  return button?.text || null;
}

type Part = [place: string, component: Json] | null;

function partsOf(draft: Draft): Part[] {
  if (draft.category === "AUTHENTICATION") return codeParts(draft);
  const body: Part = ["body", bodyOf(draft, "body", draft.body)];
  if (draft.layout === "carousel") {
    const cards = draft.cards.map((card) => ({ components: cardParts(draft, card).map(([, part]) => part) }));
    return [body, ["cards", { type: "CAROUSEL", cards }]];
  }
  const buttons: Part =
    draft.buttons.length === 0 ? null : ["buttons", { type: "BUTTONS", buttons: draft.buttons.map(toButton) }];
  if (draft.layout === "offer") {
    const offer = { text: draft.offer.text, has_expiration: draft.offer.expires };
    return [headerOf(draft), ["offer", { type: "LIMITED_TIME_OFFER", limited_time_offer: offer }], body, buttons];
  }
  const footer: Part = draft.footer === "" ? null : ["footer", { type: "FOOTER", text: draft.footer }];
  return [headerOf(draft), body, footer, buttons];
}

/** The parts of a card, each under the name of its kind. */
export function cardParts(draft: Draft, card: DraftCard): [string, Json][] {
  return [
    ["header", { type: "HEADER", format: card.format, example: { header_handle: card.sample ? [card.sample] : [] } }],
    ...(card.body === "" ? [] : [["body", bodyOf(draft, card.id, card.body)] as [string, Json]]),
    ["buttons", { type: "BUTTONS", buttons: card.buttons.map(toButton) }],
  ];
}

function headerOf(draft: Draft): Part {
  const { format, text, sample } = draft.header;
  if (format === "NONE") return null;
  if (format === "LOCATION") return ["header", { type: "HEADER", format }];
  if (format !== "TEXT") return ["header", { type: "HEADER", format, example: { header_handle: sample ? [sample] : [] } }];
  const names = variablesOf(draft, text);
  return ["header", { type: "HEADER", format, text, ...exampleOf(draft, "header", "header", names) }];
}

function bodyOf(draft: Draft, place: string, text: string): Json {
  return { type: "BODY", text, ...exampleOf(draft, place, "body", variablesOf(draft, text)) };
}

/** The variables of a text in the order in which Meta wants their examples. */
export function variablesOf({ format }: Pick<Draft, "format">, text: string): string[] {
  const { body } = readTemplate({ components: [{ type: "BODY", text }], parameterFormat: format });
  return [...body.keys.keys()];
}

function exampleOf(draft: Draft, place: string, kind: "header" | "body", names: readonly string[]): Json {
  if (names.length === 0) return {};
  const values = names.map((name) => draft.samples[sampleKey(place, name)] ?? "");
  if (draft.format === "NAMED") {
    const pairs = names.map((param_name, index) => ({ param_name, example: values[index] ?? "" }));
    return { example: { [`${kind}_text_named_params`]: pairs } };
  }
  return { example: kind === "body" ? { body_text: [values] } : { header_text: values } };
}

function toButton(button: DraftButton): Json {
  const { type, text, url, example, phone, code, flowId } = button;
  switch (type) {
    case "QUICK_REPLY":
      return { type, text };
    case "URL":
      return { type, text, url, ...(url.includes("{{") && { example: [example] }) };
    case "PHONE_NUMBER":
      return { type, text, phone_number: phone };
    case "COPY_CODE":
      return { type, example: code };
    case "FLOW":
      return { type, text, flow_id: flowId };
  }
}

function codeParts({ code }: Draft): Part[] {
  const { advice, minutes, otp, text, autofill, apps, accepted } = code;
  const otpButton = {
    type: "OTP",
    otp_type: otp,
    ...(text !== "" && { text }),
    ...(otp !== "COPY_CODE" && { ...(autofill !== "" && { autofill_text: autofill }), supported_apps: apps }),
    ...(otp === "ZERO_TAP" && { zero_tap_terms_accepted: accepted }),
  };
  return [
    ["body", { type: "BODY", add_security_recommendation: advice }],
    minutes === "" ? null : ["footer", { type: "FOOTER", code_expiration_minutes: toNumber(minutes) }],
    ["buttons", { type: "BUTTONS", buttons: [otpButton] }],
  ];
}

/** What is no number stays a text, so that the rules say so. */
function toNumber(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** The template as one writes it; null where it has parts that the builder does not know, which it would lose. */
export function toDraft(template: Starter, integrationId: string): Draft | null {
  const draft = read(template, integrationId);
  if (!draft) return null;
  const category = template.category.toUpperCase();
  // Meta gives an authentication template back in its own words.
  if (category === "AUTHENTICATION") return draft;
  const [given, own] = [toMeta(draft).template.components, template.components].map((parts) => substance(parts));
  return given === own ? draft : null;
}

function read(template: Starter, integrationId: string): Draft | null {
  const { components, category } = template;
  const draft = emptyDraft(integrationId, template.language);
  draft.name = template.name;
  draft.category =
    (["MARKETING", "UTILITY", "AUTHENTICATION"] as const).find((one) => one === category.toUpperCase()) ?? "UTILITY";
  draft.format = template.parameterFormat;
  for (const component of components as Json[]) {
    const type = String(component.type).toUpperCase();
    if (type === "HEADER") {
      const format = HEADER_FORMATS.find((one) => one === component.format);
      if (!format) return null;
      draft.header = { format, text: textOf(component.text), sample: handleOf(component) };
      readSamples(draft, "header", "header", component);
    } else if (type === "BODY") {
      draft.body = textOf(component.text);
      draft.code.advice = component.add_security_recommendation === true;
      readSamples(draft, "body", "body", component);
    } else if (type === "FOOTER") {
      draft.footer = textOf(component.text);
      draft.code.minutes = textOf(component.code_expiration_minutes);
    } else if (type === "BUTTONS") {
      draft.buttons = listOf(component.buttons).map(readButton);
      readOtp(draft, listOf(component.buttons)[0]);
    } else if (type === "LIMITED_TIME_OFFER") {
      const offer = isJson(component.limited_time_offer) ? component.limited_time_offer : {};
      draft.layout = "offer";
      draft.offer = { text: textOf(offer.text), expires: offer.has_expiration === true };
    } else if (type === "CAROUSEL") {
      draft.layout = "carousel";
      draft.cards = listOf(component.cards).map((card) => readCard(draft, listOf(card.components)));
    } else return null;
  }
  draft.optOut = draft.buttons.find(({ text, type }) => type === "QUICK_REPLY" && text === template.optOutButton)?.id ?? null;
  return draft;
}

function readCard(draft: Draft, parts: Json[]): DraftCard {
  const find = (type: string) => parts.find((part) => String(part.type).toUpperCase() === type);
  const [header, body, buttons] = [find("HEADER"), find("BODY"), find("BUTTONS")];
  const card: DraftCard = {
    ...newCard(),
    format: header?.format === "VIDEO" ? "VIDEO" : "IMAGE",
    sample: header ? handleOf(header) : "",
    body: textOf(body?.text),
    buttons: listOf(buttons?.buttons).map(readButton),
  };
  if (body) readSamples(draft, card.id, "body", body);
  return card;
}

function readButton(button: Json): DraftButton {
  const type = BUTTON_TYPES.find((one) => one === String(button.type).toUpperCase()) ?? "QUICK_REPLY";
  const example = textOf(Array.isArray(button.example) ? button.example[0] : button.example);
  return newButton(type, {
    text: type === "COPY_CODE" ? "" : textOf(button.text),
    url: textOf(button.url),
    phone: textOf(button.phone_number),
    flowId: textOf(button.flow_id),
    ...(type === "COPY_CODE" ? { code: example } : { example }),
  });
}

function readOtp({ code }: Draft, button: Json | undefined): void {
  if (!button) return;
  const asked = /otp_type=(\w+)/.exec(textOf(button.url))?.[1] ?? button.otp_type;
  code.otp = OTP_TYPES.find((one) => one === asked) ?? "COPY_CODE";
  code.text = textOf(button.text);
  code.autofill = textOf(button.autofill_text);
  const apps = listOf(button.supported_apps).map((app) => ({
    package_name: textOf(app.package_name),
    signature_hash: textOf(app.signature_hash),
  }));
  if (apps.length > 0) code.apps = apps;
  code.accepted = button.zero_tap_terms_accepted === true;
}

function readSamples(draft: Draft, place: string, kind: "header" | "body", component: Json): void {
  const text = textOf(component.text);
  const example = isJson(component.example) ? component.example : {};
  const named = listOf(example[`${kind}_text_named_params`]);
  const list: unknown = example[`${kind}_text`];
  const row: unknown = kind === "body" && Array.isArray(list) ? list[0] : list;
  for (const [index, name] of variablesOf(draft, text).entries()) {
    const pair = named.find((one) => one.param_name === name);
    const value = textOf(pair?.example) || (Array.isArray(row) ? textOf(row[index]) : "");
    if (value) draft.samples[sampleKey(place, name)] = value;
  }
}

function handleOf(component: Json): string {
  const handles = isJson(component.example) ? component.example.header_handle : undefined;
  return Array.isArray(handles) ? textOf(handles[0]) : "";
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** What of a component is the author's: not what only looks otherwise after Meta has had it. */
function substance(components: readonly unknown[]): string {
  return JSON.stringify(components, (key, value: unknown) => {
    if (key === "example" || key === "flow_action" || key === "navigate_screen") return undefined;
    if (!isJson(value)) return value;
    const { type } = value;
    const cleaned = type === "COPY_CODE" ? { type } : value;
    return Object.fromEntries(Object.entries(cleaned).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
