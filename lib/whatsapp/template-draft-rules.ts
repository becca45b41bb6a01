import { checkButtons, typeOf } from "./template-button-rules";
import { type Finding, Findings } from "./template-findings";
import { TEMPLATE_LANGUAGES } from "./template-languages";
import type { ParameterFormat } from "./template-layout";
import { TEMPLATE_LIMITS } from "./template-rules";
import { checkExamples, checkPlacesOfVariables, checkVariables, isJson, requirePlain, requireText } from "./template-text-rules";

/** A template as it is given to Meta. Nothing about it is believed. */
export type TemplateDraft = {
  name?: unknown;
  language?: unknown;
  category?: unknown;
  parameter_format?: unknown;
  components?: unknown;
  message_send_ttl_seconds?: unknown;
};

export const TEMPLATE_CATEGORIES = ["MARKETING", "UTILITY", "AUTHENTICATION"] as const;
export const PARAMETER_FORMATS = ["POSITIONAL", "NAMED"] as const;

type Json = Record<string, unknown>;
type Setting = { category: string; format: ParameterFormat };

/** `-1` is 30 days, for every category. Source: Meta, "Time-to-live" of templates; reference 4.7. */
const TTL_SECONDS: Record<string, { min: number; max: number }> = {
  AUTHENTICATION: { min: 30, max: 900 },
  UTILITY: { min: 30, max: 43_200 },
  MARKETING: { min: 43_200, max: 2_592_000 },
};
/** A carousel's buttons, the deepest there is, are at eight. */
const DEPTH = 12;
const CARD_BUTTONS = 2;

/**
 * Everything for which Meta would refuse a template, at once, in the order of the template. Builder, API and sandbox all ask here.
 * An empty list means that Meta takes it; whether it approves of what the text says, only its review knows.
 */
export function templateFindings(draft: TemplateDraft): Finding[] {
  const found = new Findings();
  checkName(found, draft.name);
  checkLanguage(found, draft.language);
  const category = oneOf(found, "category", draft.category, TEMPLATE_CATEGORIES) ?? "";
  const format =
    draft.parameter_format === undefined
      ? "POSITIONAL"
      : (oneOf(found, "parameter_format", draft.parameter_format, PARAMETER_FORMATS) ?? "POSITIONAL");
  checkTtl(found, category, draft.message_send_ttl_seconds);
  if (!Array.isArray(draft.components)) found.add("components", "required", "A list of components");
  else if (depthOf(draft.components) > DEPTH) found.add("components", "too_deep", DEPTH);
  else checkComponents(found, draft.components, { category, format });
  return found.all;
}

function checkName(found: Findings, value: unknown): void {
  const name = requireText(found, "name", value, TEMPLATE_LIMITS.name);
  if (name !== undefined && !/^[a-z0-9_]+$/.test(name)) found.add("name", "name_format", null, name);
}

function checkLanguage(found: Findings, value: unknown): void {
  if (value === undefined || value === "") found.add("language", "required", "A language");
  else if (typeof value !== "string" || !TEMPLATE_LANGUAGES.has(value))
    found.add("language", "language_unknown", null, String(value));
}

function oneOf<T extends string>(found: Findings, path: string, value: unknown, words: readonly T[]): T | undefined {
  const word = words.find((one) => typeof value === "string" && one === value.toUpperCase());
  if (word === undefined) found.add(path, "not_one_of", words.join(", "), typeof value === "string" ? value : null);
  return word;
}

function checkTtl(found: Findings, category: string, value: unknown): void {
  const range = TTL_SECONDS[category];
  if (value === undefined || value === null || value === -1 || !range) return;
  const isInside = typeof value === "number" && Number.isInteger(value) && value >= range.min && value <= range.max;
  if (!isInside) found.add("message_send_ttl_seconds", "out_of_range", `${range.min} to ${range.max}`, String(value));
}

function depthOf(value: unknown, depth = 0): number {
  if (typeof value !== "object" || value === null || depth > DEPTH) return depth;
  return Math.max(depth + 1, ...Object.values(value).map((part) => depthOf(part, depth + 1)));
}

const KNOWN = ["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST"];

function checkComponents(found: Findings, given: unknown[], setting: Setting): void {
  const parts = new Map<string, { part: Json; path: string }>();
  for (const [index, part] of given.slice(0, 2 * KNOWN.length).entries()) {
    const path = `components.${index}`;
    const type = isJson(part) ? typeOf(part) : "";
    if (!isJson(part) || !KNOWN.includes(type)) found.add(`${path}.type`, "component_unknown", KNOWN.join(", "), type);
    else if (parts.has(type)) found.add(`${path}.type`, "component_twice", 1, type);
    else parts.set(type, { part, path });
  }
  if (given.length > 2 * KNOWN.length) found.add("components", "too_many", KNOWN.length, given.length);
  const body = parts.get("BODY");
  if (!body) found.add("components", "required", "A component of the type BODY");
  if (setting.category === "AUTHENTICATION") {
    checkAuthentication(found, parts);
    return;
  }

  const offer = parts.get("LIMITED_TIME_OFFER");
  const carousel = parts.get("CAROUSEL");
  for (const [type, { part, path }] of parts) {
    if (type === "HEADER") checkHeader(found, path, part, setting);
    else if (type === "BODY")
      checkBody(found, path, part, setting, offer ? TEMPLATE_LIMITS.bodyOfLimitedTimeOffer : TEMPLATE_LIMITS.body);
    else if (type === "FOOTER") checkFooter(found, path, part);
    else if (type === "BUTTONS") checkButtons(found, `${path}.buttons`, part.buttons, setting.category, TEMPLATE_LIMITS.buttons);
    else if (type === "CAROUSEL") checkCarousel(found, path, part, setting);
    else if (type === "LIMITED_TIME_OFFER") checkOffer(found, path, part, setting);
  }
  const alone = (one: typeof offer, name: string, others: readonly string[]) => {
    for (const other of one ? others : []) {
      const beside = parts.get(other);
      if (beside) found.add(`${beside.path}.type`, "not_together", name, other);
    }
  };
  alone(offer, "LIMITED_TIME_OFFER", ["FOOTER", "CAROUSEL"]);
  alone(carousel, "CAROUSEL", ["HEADER", "FOOTER", "BUTTONS"]);
  const header = parts.get("HEADER");
  if (offer && header && !["IMAGE", "VIDEO"].includes(formatOf(header.part)))
    found.add(`${header.path}.format`, "not_together", "LIMITED_TIME_OFFER", `A header of the format ${formatOf(header.part)}`);
}

function formatOf(header: Json): string {
  return typeof header.format === "string" ? header.format.toUpperCase() : "TEXT";
}

const HEADER_FORMATS = ["TEXT", "IMAGE", "VIDEO", "DOCUMENT", "GIF", "LOCATION", "PRODUCT"];

function checkHeader(found: Findings, path: string, header: Json, { category, format }: Setting): void {
  const kind = typeof header.format === "string" ? header.format.toUpperCase() : "";
  if (!HEADER_FORMATS.includes(kind)) {
    found.add(`${path}.format`, "not_one_of", HEADER_FORMATS.join(", "), kind);
    return;
  }
  if (kind === "GIF" && category !== "MARKETING")
    found.add(`${path}.format`, "not_in_category", "MARKETING", "A header of the format GIF");
  if (kind !== "TEXT") {
    checkHandle(found, path, header, kind);
    return;
  }
  const text = requireText(found, `${path}.text`, header.text, TEMPLATE_LIMITS.header);
  if (text === undefined) return;
  requirePlain(found, `${path}.text`, text, { variables: true });
  const names = checkVariables(found, `${path}.text`, text, format);
  if (names.length > TEMPLATE_LIMITS.headerVariables)
    found.add(`${path}.text`, "too_many", TEMPLATE_LIMITS.headerVariables, names.length);
  checkExamples(found, path, header, { place: "header", names, format });
}

function checkHandle(found: Findings, path: string, header: Json, kind: string): void {
  if (kind === "LOCATION" || kind === "PRODUCT") return;
  const handles = isJson(header.example) && Array.isArray(header.example.header_handle) ? header.example.header_handle : [];
  const [handle] = handles;
  const isHandle = handles.length === 1 && typeof handle === "string" && handle.trim() !== "" && !/^https?:/i.test(handle);
  if (!isHandle) found.add(`${path}.example.header_handle`, "handle_missing", 1, handles.length);
}

function checkBody(found: Findings, path: string, body: Json, { format }: Setting, limit: number): void {
  const text = requireText(found, `${path}.text`, body.text, limit);
  if (text === undefined) return;
  const names = checkVariables(found, `${path}.text`, text, format);
  checkPlacesOfVariables(found, `${path}.text`, text, names);
  checkExamples(found, path, body, { place: "body", names, format });
}

function checkFooter(found: Findings, path: string, footer: Json): void {
  const text = requireText(found, `${path}.text`, footer.text, TEMPLATE_LIMITS.footer);
  if (text !== undefined) requirePlain(found, `${path}.text`, text, { emoji: true, formatting: true });
}

function checkOffer(found: Findings, path: string, part: Json, { category }: Setting): void {
  if (category !== "MARKETING") found.add(`${path}.type`, "not_in_category", "MARKETING", "LIMITED_TIME_OFFER");
  const offer = isJson(part.limited_time_offer) ? part.limited_time_offer : {};
  requireText(found, `${path}.limited_time_offer.text`, offer.text, TEMPLATE_LIMITS.limitedTimeOfferText);
}

function checkCarousel(found: Findings, path: string, part: Json, setting: Setting): void {
  const { min, max } = TEMPLATE_LIMITS.carouselCards;
  const cards = Array.isArray(part.cards) ? part.cards : [];
  if (cards.length < min) found.add(`${path}.cards`, "too_few", min, cards.length);
  if (cards.length > max) found.add(`${path}.cards`, "too_many", max, cards.length);
  const shapes = new Set<string>();
  for (const [index, card] of cards.slice(0, max).entries()) {
    const at = `${path}.cards.${index}.components`;
    const given = isJson(card) && Array.isArray(card.components) ? card.components.filter(isJson) : [];
    shapes.add(given.map((one) => shapeOf(one)).join("|"));
    const types = given.map(typeOf);
    if (!types.includes("HEADER")) found.add(at, "required", "A component of the type HEADER");
    if (!types.includes("BUTTONS")) found.add(at, "required", "A component of the type BUTTONS");
    for (const [place, one] of given.entries())
      checkCardPart(found, `${at}.${place}`, one, setting, types.indexOf(typeOf(one)) !== place);
  }
  if (shapes.size > 1) found.add(`${path}.cards`, "cards_differ");
}

function checkCardPart(found: Findings, path: string, part: Json, setting: Setting, isRepeated: boolean): void {
  const type = typeOf(part);
  if (isRepeated) found.add(`${path}.type`, "component_twice", 1, type);
  else if (type === "HEADER") {
    const kind = formatOf(part);
    if (!["IMAGE", "VIDEO", "PRODUCT"].includes(kind)) found.add(`${path}.format`, "not_one_of", "IMAGE, VIDEO, PRODUCT", kind);
    else checkHandle(found, path, part, kind);
  } else if (type === "BODY") checkBody(found, path, part, setting, TEMPLATE_LIMITS.bodyOfCarouselCard);
  else if (type === "BUTTONS") checkButtons(found, `${path}.buttons`, part.buttons, setting.category, CARD_BUTTONS);
  else found.add(`${path}.type`, "component_unknown", "HEADER, BODY, BUTTONS", type);
}

function shapeOf(part: Json): string {
  const buttons = Array.isArray(part.buttons) ? part.buttons.filter(isJson).map(typeOf).join(",") : "";
  return `${typeOf(part)} ${typeof part.format === "string" ? part.format.toUpperCase() : ""} ${buttons}`;
}

function checkAuthentication(found: Findings, parts: Map<string, { part: Json; path: string }>): void {
  for (const [type, { part, path }] of parts) {
    if (type === "BODY") {
      if (part.text !== undefined) found.add(`${path}.text`, "text_is_metas");
    } else if (type === "FOOTER") {
      if (part.text !== undefined) found.add(`${path}.text`, "text_is_metas");
      const minutes = part.code_expiration_minutes;
      const { min, max } = TEMPLATE_LIMITS.codeExpirationMinutes;
      if (typeof minutes !== "number" || !Number.isInteger(minutes) || minutes < min || minutes > max)
        found.add(`${path}.code_expiration_minutes`, "out_of_range", `${min} to ${max}`, String(minutes ?? "nothing"));
    } else if (type === "BUTTONS")
      checkButtons(found, `${path}.buttons`, part.buttons, "AUTHENTICATION", TEMPLATE_LIMITS.buttons);
    else found.add(`${path}.type`, "not_in_category", "MARKETING, UTILITY", type);
  }
  const buttons = parts.get("BUTTONS");
  const given = Array.isArray(buttons?.part.buttons) ? buttons.part.buttons.filter(isJson) : [];
  const [button] = given;
  if (given.length !== 1 || !button || typeOf(button) !== "OTP")
    found.add(buttons ? `${buttons.path}.buttons` : "components", "one_otp_button", 1, given.length);
}
