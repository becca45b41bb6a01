import {
  HEADERS_TO_FILL,
  type LayoutPart,
  type ParameterFormat,
  readTemplate,
  type TemplateLayout,
  type TemplateShape,
  type TemplateVariable,
  VARIABLE,
} from "./template-layout";
import type { RenderedTemplate, TemplateParams } from "./template-schema";
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

export type ParamProblem = "empty" | "not_text" | "line_break" | "too_many_spaces" | "too_long" | "wrong_type" | "past";

/** What a message gives its template beside values: the types of files and places, and which buttons it speaks of. */
export type GivenParts = {
  header?: string | undefined;
  /** The types of the cards' files, in the order of the cards. */
  cards?: readonly string[] | undefined;
  offerExpiresAt?: string | undefined;
  buttons?: readonly { index: number; card?: number | undefined }[] | undefined;
  hasFlow?: boolean | undefined;
  now?: Date;
};

export type ParamsCheck = {
  ok: boolean;
  missing: string[];
  unexpected: string[];
  /** `limit` and `given` where something is counted or of another type. */
  invalid: { key: string; reason: ParamProblem; limit?: number | string; given?: number | string }[];
  /** Parts that cannot be sent yet, such as `HEADER_IMAGE` or `CAROUSEL`. */
  unsupported: string[];
  /** `header`: the type of the file or place that the header needs. */
  expected: { format: ParameterFormat; keys: string[]; header?: string };
  /** How many values came. */
  given: number;
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

/**
 * Compares values with what the template needs, and the type of the file or place that is given for its header. Reports everything
 * at once and never throws.
 */
export function checkTemplateParams(
  template: TemplateShape,
  params: TemplateParams | null | undefined,
  parts: GivenParts = {},
): ParamsCheck {
  const layout = readTemplate(template);
  const { header } = parts;
  const { values, missing, unexpected } = bindParams(layout, params);
  const wanted = HEADERS_TO_FILL.get(layout.header?.format ?? "");
  if (wanted !== undefined && header === undefined) missing.push(wanted === "location" ? "location" : "media");
  else if (header !== undefined && header !== wanted) unexpected.push(header === "location" ? "location" : "media");
  const invalid: ParamsCheck["invalid"] = [];
  for (const [key, value] of values) {
    const reason = valueProblem(value);
    if (reason) invalid.push({ key, reason });
  }
  checkParts(layout, parts, { missing, unexpected, invalid });
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
    given: Array.isArray(params) ? params.length : Object.keys(params ?? {}).length,
  };
}

type Problems = Pick<ParamsCheck, "missing" | "unexpected" | "invalid">;

/** What a carousel, an offer and buttons are given with each message. */
function checkParts(
  { cards, offer, buttons }: TemplateLayout,
  given: GivenParts,
  { missing, unexpected, invalid }: Problems,
): void {
  for (const [index, card] of cards.entries()) {
    const wanted = HEADERS_TO_FILL.get(card.header?.format ?? "");
    const type = given.cards?.[index];
    const key = `cards.${index}.media`;
    if (wanted !== undefined && type === undefined) missing.push(key);
    else if (wanted !== type) invalid.push({ key, reason: "wrong_type", limit: wanted ?? "none", given: type ?? "none" });
  }
  if ((given.cards?.length ?? 0) > cards.length) unexpected.push(`cards.${cards.length}`);
  if (offer?.expires && given.offerExpiresAt === undefined) missing.push("offerExpiresAt");
  else if (!offer?.expires && given.offerExpiresAt !== undefined) unexpected.push("offerExpiresAt");
  else if (given.offerExpiresAt !== undefined && given.now && Date.parse(given.offerExpiresAt) <= given.now.getTime())
    invalid.push({ key: "offerExpiresAt", reason: "past", given: given.offerExpiresAt });
  for (const { index, card } of given.buttons ?? []) {
    const among = card === undefined ? buttons : cards[card]?.buttons;
    if (among?.[index]?.type !== "QUICK_REPLY") unexpected.push(`buttons.${card === undefined ? "" : `card ${card}.`}${index}`);
  }
  if (given.hasFlow && !buttons.some(({ type }) => type === "FLOW")) unexpected.push("flow");
}

/** The template as the person will read it. Variables without a value stay as `{{name}}`, so that it serves previews too. Never throws. */
export function renderTemplate(template: TemplateShape, params: TemplateParams | null | undefined): RenderedTemplate {
  const layout = readTemplate(template);
  const { values } = bindParams(layout, params);
  const { offer, cards, footer } = layout;
  return {
    ...renderPart(layout, values),
    ...(footer !== undefined && { footer }),
    ...(offer && { offer: { text: offer.text } }),
    ...(cards.length > 0 && { cards: cards.map((card) => renderPart(card, values)) }),
  };
}

function renderPart({ header, body, buttons }: LayoutPart, values: Map<string, string>) {
  return {
    ...(header && {
      header: { format: header.format, ...(header.text !== undefined && { text: fill(header.text, header.keys, values) }) },
    }),
    body: fill(body.text, body.keys, values),
    buttons: buttons.map((button) => ({
      type: button.isOneTimeCode ? "OTP" : button.type,
      text: button.text,
      ...(button.url !== undefined && { url: fill(button.url, button.keys, values) }),
      ...(button.phoneNumber !== undefined && { phoneNumber: button.phoneNumber }),
    })),
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
    const length = keys.size === 0 ? 0 : textLength(fill(text, keys, values));
    if (length > limit) problems.push({ key: longestKey(keys, values), reason: "too_long", limit, given: length });
  };
  const measurePart = ({ header, body, buttons }: LayoutPart, bodyLimit: number) => {
    if (header) measure(header.text ?? "", header.keys, TEMPLATE_LIMITS.header);
    measure(body.text, body.keys, bodyLimit);
    for (const button of buttons) {
      if (button.isOneTimeCode || button.type === "COPY_CODE")
        measure(CODE_ONLY.get(button.type) ?? "{{1}}", button.keys, TEMPLATE_LIMITS.code);
      else if (button.url !== undefined) measure(button.url, button.keys, TEMPLATE_LIMITS.url);
    }
  };
  measurePart(layout, layout.offer ? TEMPLATE_LIMITS.bodyOfLimitedTimeOffer : TEMPLATE_LIMITS.body);
  for (const card of layout.cards) measurePart(card, TEMPLATE_LIMITS.bodyOfCarouselCard);
  return problems.filter((p, index) => problems.findIndex((q) => q.key === p.key) === index);
}

const CODE_ONLY = new Map([["COPY_CODE", "{{coupon_code}}"]]);

function longestKey(keys: Map<string, string>, values: Map<string, string>): string {
  const lengthOf = (key: string) => textLength(values.get(key) ?? "");
  return [...keys.values()].reduce((longest, key) => (lengthOf(key) > lengthOf(longest) ? key : longest));
}

function fill(text: string, keys: Map<string, string>, values: Map<string, string>): string {
  return text.replace(VARIABLE, (placeholder, name: string) => values.get(keys.get(name) ?? "") ?? placeholder);
}
