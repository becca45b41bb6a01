import type { RenderedTemplate, TemplateButton, TemplateComponent, TemplateParams } from "./template-schema";
import { textLength } from "./text-length";

/** Lengths in characters and counts of Meta's template components. Source: Meta, "Template components" (2025); reference 4.3 to 4.8. */
export const TEMPLATE_LIMITS = {
  name: 512,
  header: 60,
  body: 1024,
  bodyOfLimitedTimeOffer: 600,
  bodyOfCarouselCard: 160,
  footer: 60,
  buttons: 10,
  buttonText: 25,
  urlButtons: 2,
  url: 2000,
  phoneButtons: 1,
  phoneNumber: 20,
  quickReplyButtons: 10,
  copyCodeButtons: 1,
  code: 15,
  limitedTimeOfferText: 16,
  carouselCards: { min: 2, max: 10 },
  headerVariables: 1,
  codeExpirationMinutes: { min: 1, max: 90 },
  spacesInARow: 4,
} as const;

export type ParameterFormat = "POSITIONAL" | "NAMED";

/** The parts of a synced template that its parameters depend on. `components` is taken as Meta sent it. */
export type TemplateShape = { components: unknown; parameterFormat?: string | null };

export type TemplateVariable = {
  place: "header" | "body" | "button";
  /** Position among all buttons of the template, from 0. */
  buttonIndex?: number;
  /** As written in the template: `1`, `customer_name`; `coupon_code` for a copy-code button. */
  name: string;
  /** The key under which `templateParams` gives the value; unique in the template. */
  key: string;
  example?: string;
};

export type ParamProblem = "empty" | "not_text" | "line_break" | "too_many_spaces" | "too_long";

export type ParamsCheck = {
  ok: boolean;
  missing: string[];
  unexpected: string[];
  invalid: { key: string; reason: ParamProblem }[];
  /** Parts that cannot be sent yet, such as `HEADER_IMAGE` or `CAROUSEL`. */
  unsupported: string[];
  /** `header`: the type of the file or place that the header needs. */
  expected: { format: ParameterFormat; keys: string[]; header?: string };
};

/**
 * The variables in the order an array of values fills them: header, body, then buttons.
 *
 * POSITIONAL: keys are `1`, `2`, … over the whole template in that order (without a header variable they equal the body's own
 * numbers). NAMED: keys are the names; a button's numbered suffix gets `button_<index>`. A one-time code is one variable,
 * although it is sent twice. A name used in two places is listed once.
 */
export function templateVariables(components: unknown, parameterFormat?: string | null): TemplateVariable[] {
  return readTemplate({ components, parameterFormat }).variables.slice();
}

/** Headers that take a file or a place with each message, by the type of it. */
const HEADERS_TO_FILL = new Map([
  ["IMAGE", "image"],
  ["VIDEO", "video"],
  ["DOCUMENT", "document"],
  ["LOCATION", "location"],
]);

/**
 * Compares values with what the template needs, and the type of the file or place that is given for its header. Reports everything
 * at once and never throws.
 */
export function checkTemplateParams(
  template: TemplateShape,
  params: TemplateParams | null | undefined,
  header?: string | undefined,
): ParamsCheck {
  const layout = readTemplate(template);
  const { values, missing, unexpected } = bindParams(layout, params);
  const wanted = HEADERS_TO_FILL.get(layout.header?.format ?? "");
  if (wanted !== undefined && header === undefined) missing.push(wanted === "location" ? "location" : "media");
  else if (header !== undefined && header !== wanted) unexpected.push(header === "location" ? "location" : "media");
  const invalid: ParamsCheck["invalid"] = [];
  for (const [key, value] of values) {
    const reason = valueProblem(value);
    if (reason) invalid.push({ key, reason });
  }
  if (missing.length === 0) invalid.push(...lengthProblems(layout, values));
  return {
    ok: missing.length + unexpected.length + invalid.length + layout.unsupported.length === 0,
    missing,
    unexpected,
    invalid,
    unsupported: layout.unsupported.slice(),
    expected: {
      format: layout.format,
      keys: layout.variables.map((v) => v.key),
      ...(wanted !== undefined && { header: wanted }),
    },
  };
}

/** The template as the person will read it. Variables without a value stay as `{{name}}`, so that it serves previews too. Never throws. */
export function renderTemplate(template: TemplateShape, params: TemplateParams | null | undefined): RenderedTemplate {
  const layout = readTemplate(template);
  const { values } = bindParams(layout, params);
  const { header, body, footer } = layout;
  return {
    ...(header && {
      header: { format: header.format, ...(header.text !== undefined && { text: fill(header.text, header.keys, values) }) },
    }),
    body: fill(body.text, body.keys, values),
    ...(footer !== undefined && { footer }),
    buttons: layout.buttons.map((button) => ({
      type: button.isOneTimeCode ? "OTP" : button.type,
      text: button.text,
      ...(button.url !== undefined && { url: fill(button.url, button.keys, values) }),
      ...(button.phoneNumber !== undefined && { phoneNumber: button.phoneNumber }),
    })),
  };
}

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

/** A synced template taken apart once; checks, previews and payloads all read this. */
export type TemplateLayout = {
  format: ParameterFormat;
  header?: { format: string; text?: string; keys: Map<string, string> };
  body: TextPart;
  footer?: string;
  buttons: ButtonPart[];
  variables: TemplateVariable[];
  unsupported: string[];
};

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
  const find = (type: string) => components.find((c) => c.type.toUpperCase() === type);
  const header = find("HEADER");
  const body = find("BODY");
  const buttons = readList(find("BUTTONS")?.buttons, readButton);
  const headerText = header && (header.format ?? "TEXT").toUpperCase() === "TEXT" ? (header.text ?? "") : undefined;
  const format = readFormat(template.parameterFormat, [headerText ?? "", body?.text ?? ""]);
  const variables: TemplateVariable[] = [];

  const addVariable = (variable: Omit<TemplateVariable, "key">): string => {
    const isNumbered = variable.place === "button" && /^(\d+|coupon_code)$/.test(variable.name);
    const key =
      format === "POSITIONAL" ? String(variables.length + 1) : isNumbered ? `button_${variable.buttonIndex}` : variable.name;
    if (!variables.some((v) => v.key === key)) {
      const { example, ...rest } = variable;
      variables.push({ ...rest, key, ...(example !== undefined && { example }) });
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

  const footer = find("FOOTER");
  return {
    format,
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
    variables,
    unsupported: unsupportedParts(components, buttonParts),
  };
}

/**
 * Leads given values to the template's keys. An array fills them in order; an object names them. Keys the template does not
 * have and surplus values (by their position from 1) are `unexpected`.
 */
export function bindParams(layout: TemplateLayout, params: TemplateParams | null | undefined) {
  const keys = layout.variables.map((v) => v.key);
  const given = Array.isArray(params)
    ? params.map((value, index): [string, unknown] => [keys[index] ?? String(index + 1), value])
    : Object.entries(params ?? {});
  const values = new Map<string, string>();
  const unexpected: string[] = [];
  for (const [index, [key, value]] of given.entries()) {
    const isSurplus = Array.isArray(params) && index >= keys.length;
    if (isSurplus || !keys.includes(key)) unexpected.push(key);
    else values.set(key, typeof value === "number" ? String(value) : typeof value === "string" ? value : NOT_TEXT);
  }
  return { values, missing: keys.filter((key) => !values.has(key)), unexpected };
}

/** Stands for a value that is no text; it cannot come in from outside because every text with a control character is refused. */
const NOT_TEXT = "\u0000";

function valueProblem(value: string): ParamProblem | null {
  if (value === NOT_TEXT) return "not_text";
  if (value.trim() === "") return "empty";
  if (hasControlCharacter(value)) return "line_break";
  if (value.includes(" ".repeat(TEMPLATE_LIMITS.spacesInARow + 1))) return "too_many_spaces";
  return null;
}

function hasControlCharacter(value: string): boolean {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || code === 0x7f || code === 0x2028 || code === 0x2029) return true;
  }
  return false;
}

function lengthProblems(layout: TemplateLayout, values: Map<string, string>): ParamsCheck["invalid"] {
  const problems: ParamsCheck["invalid"] = [];
  const measure = (text: string, keys: Map<string, string>, limit: number) => {
    if (keys.size > 0 && textLength(fill(text, keys, values)) > limit) {
      problems.push({ key: longestKey(keys, values), reason: "too_long" });
    }
  };
  if (layout.header) measure(layout.header.text ?? "", layout.header.keys, TEMPLATE_LIMITS.header);
  measure(layout.body.text, layout.body.keys, TEMPLATE_LIMITS.body);
  for (const button of layout.buttons) {
    if (button.isOneTimeCode || button.type === "COPY_CODE")
      measure(CODE_ONLY.get(button.type) ?? "{{1}}", button.keys, TEMPLATE_LIMITS.code);
    else if (button.url !== undefined) measure(button.url, button.keys, TEMPLATE_LIMITS.url);
  }
  return problems.filter((p, index) => problems.findIndex((q) => q.key === p.key) === index);
}

const CODE_ONLY = new Map([["COPY_CODE", "{{coupon_code}}"]]);

function longestKey(keys: Map<string, string>, values: Map<string, string>): string {
  const lengthOf = (key: string) => textLength(values.get(key) ?? "");
  return [...keys.values()].reduce((longest, key) => (lengthOf(key) > lengthOf(longest) ? key : longest));
}

const VARIABLE = /\{\{\s*([\p{L}\p{N}_]+)\s*\}\}/gu;

function fill(text: string, keys: Map<string, string>, values: Map<string, string>): string {
  return text.replace(VARIABLE, (placeholder, name: string) => values.get(keys.get(name) ?? "") ?? placeholder);
}

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

const KNOWN_COMPONENTS = new Set(["HEADER", "BODY", "FOOTER", "BUTTONS"]);

function unsupportedParts(components: TemplateComponent[], buttons: ButtonPart[]): string[] {
  const parts = new Set<string>();
  for (const component of components) {
    const type = component.type.toUpperCase();
    const format = (component.format ?? "TEXT").toUpperCase();
    if (!KNOWN_COMPONENTS.has(type)) parts.add(type);
    else if (type === "HEADER" && format !== "TEXT" && !HEADERS_TO_FILL.has(format)) parts.add(`HEADER_${format}`);
  }
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
