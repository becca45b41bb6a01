import type { TemplateButton, TemplateComponent } from "./template-schema";

export type ParameterFormat = "POSITIONAL" | "NAMED";

/** The parts of a synced template that its parameters depend on. `components` is taken as Meta sent it. */
export type TemplateShape = { components: unknown; parameterFormat?: string | null };

export type TemplateVariable = {
  place: "header" | "body" | "button";
  /** Position among all buttons of the template or of its card, from 0. */
  buttonIndex?: number;
  /** Position of the carousel's card, from 0. */
  card?: number;
  /** As written in the template: `1`, `customer_name`; `coupon_code` for a copy-code button. */
  name: string;
  /** The key under which `templateParams` gives the value; unique in the template. */
  key: string;
  example?: string;
};

/** Headers that take a file or a place with each message, by the type of it. */
export const HEADERS_TO_FILL: ReadonlyMap<string, "image" | "video" | "document" | "location"> = new Map([
  ["IMAGE", "image"],
  ["VIDEO", "video"],
  ["DOCUMENT", "document"],
  ["LOCATION", "location"],
] as const);

/** A text with variables; `keys` leads from a name in the text to the key of its value, in the order Meta expects the values. */
type TextPart = { text: string; keys: Map<string, string> };

export type ButtonPart = {
  type: string;
  index: number;
  text: string;
  url?: string;
  phoneNumber?: string;
  keys: Map<string, string>;
  /** The button carries the one-time code of an authentication template. */
  isOneTimeCode: boolean;
};

/** What a template has, and each card of a carousel. */
export type LayoutPart = {
  header?: { format: string; text?: string; keys: Map<string, string> };
  body: TextPart;
  footer?: string;
  buttons: ButtonPart[];
};

/** A synced template taken apart once; checks, previews and payloads all read this. */
export type TemplateLayout = LayoutPart & {
  format: ParameterFormat;
  offer?: { text: string; expires: boolean };
  cards: LayoutPart[];
  variables: TemplateVariable[];
  unsupported: string[];
};

const layouts = new WeakMap<object, Map<string, TemplateLayout>>();

/**
 * Takes a synced template apart. Junk in `components` is passed over. The answer for one `components` object is remembered
 * (a campaign asks a thousand times a second), so that object must not be altered in place.
 */
export function readTemplate(template: TemplateShape): TemplateLayout {
  const { components } = template;
  if (typeof components !== "object" || components === null) return takeApart(template);
  const format = template.parameterFormat ?? "";
  const known = layouts.get(components) ?? new Map<string, TemplateLayout>();
  layouts.set(components, known);
  const layout = known.get(format) ?? takeApart(template);
  known.set(format, layout);
  return layout;
}

function takeApart(template: TemplateShape): TemplateLayout {
  const components = readList(template.components, readComponent);
  const carousel = findPart(components, "CAROUSEL")?.cards;
  const cards = readList(carousel, (card) => ({ parts: readList(card.components, readComponent) })).map(({ parts }) => parts);
  const texts = [components, ...cards].flatMap((parts) => [headerTextOf(parts) ?? "", findPart(parts, "BODY")?.text ?? ""]);
  const format = readFormat(template.parameterFormat, texts);
  const variables: TemplateVariable[] = [];
  const own = takePart(components, { format, variables });
  const offer = findPart(components, "LIMITED_TIME_OFFER")?.limited_time_offer;
  const layout = {
    ...own,
    format,
    ...(isRecord(offer) && { offer: { text: text(offer.text) ?? "", expires: offer.has_expiration === true } }),
    cards: cards.map((card, index) => takePart(card, { format, variables, card: index })),
  };
  const unsupported = [
    ...unsupportedParts(components, own),
    ...layout.cards.flatMap((card, index) => unsupportedParts(cards[index] ?? [], card).map((part) => `CARD_${part}`)),
  ];
  return { ...layout, variables, unsupported: [...new Set(unsupported)] };
}

function findPart(components: readonly TemplateComponent[], type: string): TemplateComponent | undefined {
  return components.find((component) => component.type.toUpperCase() === type);
}

function headerTextOf(components: readonly TemplateComponent[]): string | undefined {
  const header = findPart(components, "HEADER");
  return header && (header.format ?? "TEXT").toUpperCase() === "TEXT" ? (header.text ?? "") : undefined;
}

type Reading = { format: ParameterFormat; variables: TemplateVariable[]; card?: number };

/** Takes a template or a card apart, and adds its variables to those found before. */
function takePart(components: readonly TemplateComponent[], { format, variables, card }: Reading): LayoutPart {
  const header = findPart(components, "HEADER");
  const body = findPart(components, "BODY");
  const buttons = readList(findPart(components, "BUTTONS")?.buttons, readButton);
  const headerText = headerTextOf(components);

  const addVariable = (variable: Omit<TemplateVariable, "key">): string => {
    const isNumbered = variable.place === "button" && /^(\d+|coupon_code)$/.test(variable.name);
    const ownName = isNumbered ? `button_${variable.buttonIndex}` : variable.name;
    const name = card === undefined ? ownName : `card_${card + 1}_${ownName}`;
    const key = format === "POSITIONAL" ? String(variables.length + 1) : name;
    if (!variables.some((v) => v.key === key)) {
      const { example, ...rest } = variable;
      variables.push({ ...rest, key, ...(card !== undefined && { card }), ...(example !== undefined && { example }) });
    }
    return key;
  };
  const addAll = (place: "header" | "body", text: string, examples: unknown): Map<string, string> => {
    const keys = new Map<string, string>();
    for (const [index, name] of variableNames(text, format).entries()) {
      keys.set(name, addVariable({ place, name, example: exampleOf(examples, place, name, index) }));
    }
    return keys;
  };

  const headerKeys = addAll("header", headerText ?? "", header?.example);
  const bodyKeys = addAll("body", body?.text ?? "", body?.example);
  const oneTimeCode = buttons.some(isOneTimeCode);
  if (oneTimeCode && bodyKeys.size === 0) bodyKeys.set("1", addVariable({ place: "body", name: "1" }));

  const buttonParts = buttons.map((button, index): ButtonPart => {
    const type = button.type.toUpperCase();
    const keys = new Map<string, string>();
    if (isOneTimeCode(button)) {
      keys.set("1", bodyKeys.values().next().value ?? "1");
    } else if (type === "COPY_CODE") {
      keys.set(
        "coupon_code",
        addVariable({ place: "button", buttonIndex: index, name: "coupon_code", example: firstText(button.example) }),
      );
    } else if (type === "URL") {
      for (const name of variableNames(button.url ?? "", format)) {
        keys.set(name, addVariable({ place: "button", buttonIndex: index, name, example: firstText(button.example) }));
      }
    }
    return {
      type,
      index,
      text: button.text ?? "",
      ...(button.url !== undefined && { url: button.url }),
      ...(button.phone_number !== undefined && { phoneNumber: button.phone_number }),
      keys,
      isOneTimeCode: isOneTimeCode(button),
    };
  });

  const footer = findPart(components, "FOOTER");
  return {
    ...(header && {
      header: {
        format: (header.format ?? "TEXT").toUpperCase(),
        ...(headerText !== undefined && { text: headerText }),
        keys: headerKeys,
      },
    }),
    body: { text: body?.text ?? "", keys: bodyKeys },
    ...(footer?.text !== undefined && { footer: footer.text }),
    buttons: buttonParts,
  };
}

export const VARIABLE = /\{\{\s*([\p{L}\p{N}_]+)\s*\}\}/gu;

function variableNames(text: string, format: ParameterFormat): string[] {
  const names = [...new Set(Array.from(text.matchAll(VARIABLE), (match) => match[1] ?? ""))];
  const isNumbered = format === "POSITIONAL" && names.every((name) => /^\d+$/.test(name));
  return isNumbered ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

function readFormat(given: string | null | undefined, texts: string[]): ParameterFormat {
  const format = given?.toUpperCase();
  if (format === "NAMED" || format === "POSITIONAL") return format;
  const names = texts.flatMap((text) => variableNames(text, "NAMED"));
  return names.some((name) => !/^\d+$/.test(name)) ? "NAMED" : "POSITIONAL";
}

/** Meta reads an OTP button back as a URL button that leads to its own code page. */
function isOneTimeCode(button: TemplateButton): boolean {
  if (button.type.toUpperCase() === "OTP") return true;
  return button.type.toUpperCase() === "URL" && /^https:\/\/(www\.)?whatsapp\.com\/otp\//i.test(button.url ?? "");
}

const KNOWN_COMPONENTS = new Set(["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"]);
const NO_PARAMETER_NEEDED = new Set([
  "QUICK_REPLY",
  "URL",
  "PHONE_NUMBER",
  "COPY_CODE",
  "OTP",
  "FLOW",
  "VOICE_CALL",
  "APP",
  "REQUEST_CONTACT_INFO",
  "CALL_PERMISSION_REQUEST",
]);

function unsupportedParts(components: TemplateComponent[], { header, buttons }: LayoutPart): string[] {
  const parts = new Set<string>();
  for (const component of components) {
    const type = component.type.toUpperCase();
    if (!KNOWN_COMPONENTS.has(type)) parts.add(type);
  }
  if (header && header.format !== "TEXT" && !HEADERS_TO_FILL.has(header.format)) parts.add(`HEADER_${header.format}`);
  for (const button of buttons) if (!NO_PARAMETER_NEEDED.has(button.type)) parts.add(`BUTTON_${button.type}`);
  return [...parts];
}

type Loose = Record<string, unknown>;

function isRecord(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readList<T>(value: unknown, read: (item: Loose) => T | undefined): T[] {
  return Array.isArray(value) ? value.filter(isRecord).flatMap((item) => read(item) ?? []) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function readComponent(item: Loose): TemplateComponent | undefined {
  if (typeof item.type !== "string") return undefined;
  const buttons = Array.isArray(item.buttons) ? item.buttons : undefined;
  return { ...item, type: item.type, format: text(item.format), text: text(item.text), buttons };
}

function readButton(item: Loose): TemplateButton | undefined {
  if (typeof item.type !== "string") return undefined;
  const { url, phone_number, otp_type } = item;
  return {
    ...item,
    type: item.type,
    text: text(item.text),
    url: text(url),
    phone_number: text(phone_number),
    otp_type: text(otp_type),
  };
}

function exampleOf(examples: unknown, place: "header" | "body", name: string, index: number): string | undefined {
  if (!isRecord(examples)) return undefined;
  const named = readList(examples[`${place}_text_named_params`], (e) => (e.param_name === name ? text(e.example) : undefined));
  const given = examples[`${place}_text`];
  const row: unknown = place === "body" && Array.isArray(given) ? given[0] : given;
  return named[0] ?? (Array.isArray(row) ? text(row[index]) : undefined);
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : undefined;
}
