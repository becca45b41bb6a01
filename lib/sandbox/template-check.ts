import { type Refusal, refusal } from "./meta-error";
import type { SandboxButton, SandboxContent } from "./schema";
import type { SandboxTemplate, SandboxTemplateButton, SandboxTemplateComponent } from "./templates";

type Json = Record<string, unknown>;
type Filled = { content: SandboxContent } | { refused: Refusal };

const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const BODY_LIMIT = 1024;
const CARD_BODY_LIMIT = 160;
const CODE_LIMIT = 15;
const MEDIA = new Set(["image", "video", "document", "gif"]);

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ""))];
}

type Parts = { parts: Map<string, Json>; buttons: Map<number, Json> };
type Shape = Pick<SandboxTemplate, "components" | "parameter_format" | "category">;

/** Fills a template with the components of a send request, or says why Meta would not. */
export function fillTemplate(template: SandboxTemplate, given: unknown): Filled {
  const read = readParts(given);
  if ("refused" in read) return read;
  const filled = fillParts(template, read, BODY_LIMIT);
  if ("refused" in filled) return filled;
  const { name, language, category } = template;
  return { content: { ...filled.content, type: "template", template: { name, language, category } } };
}

function readParts(given: unknown): Parts | { refused: Refusal } {
  if (given !== undefined && !Array.isArray(given)) return { refused: refusal(100, "template.components must be an array") };
  const parts = new Map<string, Json>();
  const buttons = new Map<number, Json>();
  for (const part of given ?? []) {
    if (!isJson(part) || typeof part.type !== "string") return { refused: refusal(131008, "components: type is required") };
    const type = part.type.toLowerCase();
    if (part.parameters !== undefined && !Array.isArray(part.parameters)) {
      return { refused: refusal(100, `components: parameters of ${type} must be an array`) };
    }
    if (type === "button") {
      const index = Number(part.index);
      if (!Number.isInteger(index) || index < 0 || index > 9)
        return { refused: refusal(131009, "buttons: index must be a number from 0 to 9") };
      if (buttons.has(index)) return { refused: refusal(131009, `buttons: index ${index} is given twice`) };
      buttons.set(index, part);
    } else if (["header", "body", "limited_time_offer", "carousel"].includes(type)) {
      if (parts.has(type)) return { refused: refusal(131009, `components: ${type} is given twice`) };
      parts.set(type, part);
    } else {
      return { refused: refusal(131009, `components: unexpected type ${part.type}`) };
    }
  }
  return { parts, buttons };
}

function fillParts(template: Shape, { parts, buttons }: Parts, bodyLimit: number): Filled {
  const content: SandboxContent = { type: "card", body: "" };
  let hasHeader = false;
  let buttonCount = 0;
  for (const component of template.components) {
    if (component.type === "HEADER") {
      hasHeader = true;
      const parameters = parametersOf(parts.get("header"));
      if (component.format === "TEXT") {
        const filled = fillText("header", component.text, parameters, template.parameter_format);
        if ("refused" in filled) return filled;
        content.header = { kind: "text", text: filled.text };
      } else {
        const kind = component.format.toLowerCase() as Lowercase<typeof component.format>;
        const refused = checkMedia(kind, parameters);
        if (refused) return { refused };
        const [parameter] = parameters;
        const file = isJson(parameter) ? fileOf(parameter[kind]) : {};
        content.header = { kind: kind === "gif" ? "video" : kind === "product" ? "image" : kind, ...file };
      }
    } else if (component.type === "BODY") {
      const filled = fillText("body", component.text, parametersOf(parts.get("body")), template.parameter_format);
      if ("refused" in filled) return filled;
      if (filled.text.length > bodyLimit)
        return { refused: refusal(132005, `body: text is ${filled.text.length} characters; the limit is ${bodyLimit}`) };
      content.body = filled.text;
    } else if (component.type === "FOOTER") {
      content.footer = component.text;
    } else if (component.type === "CAROUSEL") {
      const cards = fillCards(template, component.cards, parts.get("carousel"));
      if ("refused" in cards) return cards;
      content.cards = cards.cards;
    } else if (component.type === "LIMITED_TIME_OFFER") {
      const refused = checkOffer(component.limited_time_offer, parametersOf(parts.get("limited_time_offer")));
      if (refused) return { refused };
    } else if (component.type === "BUTTONS") {
      buttonCount = component.buttons.length;
      const filled = fillButtons(component.buttons, buttons);
      if ("refused" in filled) return filled;
      content.buttons = filled.buttons;
    }
  }
  for (const type of ["carousel", "limited_time_offer"]) {
    if (parts.has(type) && !template.components.some((component) => component.type.toLowerCase() === type))
      return { refused: refusal(132000, `components: the template has no ${type}`) };
  }
  if (!hasHeader && parametersOf(parts.get("header")).length > 0) {
    return {
      refused: refusal(
        132000,
        `header: number of localizable_params (${parametersOf(parts.get("header")).length}) does not match the expected number of params (0)`,
      ),
    };
  }
  for (const index of buttons.keys()) {
    if (index >= buttonCount) return { refused: refusal(132000, `buttons: there is no button at index ${index}`) };
  }
  if (template.category === "AUTHENTICATION") {
    const refused = checkCode(parametersOf(parts.get("body")), parametersOf(buttons.get(0)));
    if (refused) return { refused };
  }
  return { content };
}

/** As many cards as the template has, each in its own place. */
function fillCards(
  template: Shape,
  cards: { components: SandboxTemplateComponent[] }[],
  part: Json | undefined,
): { cards: SandboxContent[] } | { refused: Refusal } {
  const given = Array.isArray(part?.cards) ? part.cards.filter(isJson) : [];
  if (given.length !== cards.length) {
    return {
      refused: refusal(
        132000,
        `carousel: number of cards (${given.length}) does not match the expected number (${cards.length})`,
      ),
    };
  }
  const filled: SandboxContent[] = [];
  for (const [index, { components }] of cards.entries()) {
    const own = given.find((card) => card.card_index === index);
    if (!own) return { refused: refusal(131009, `carousel: there is no card with card_index ${index}`) };
    const read = readParts(own.components);
    if ("refused" in read) return read;
    const card = fillParts({ ...template, components }, read, CARD_BODY_LIMIT);
    if ("refused" in card) return card;
    filled.push(card.content);
  }
  return { cards: filled };
}

function checkOffer(offer: { has_expiration?: boolean }, [parameter]: unknown[]): Refusal | undefined {
  if (offer.has_expiration !== true) return undefined;
  const given =
    isJson(parameter) && isJson(parameter.limited_time_offer) ? parameter.limited_time_offer.expiration_time_ms : undefined;
  return typeof given === "number" && Number.isInteger(given) && given > 0
    ? undefined
    : refusal(131008, "limited_time_offer: expiration_time_ms is required");
}

function parametersOf(part: Json | undefined): unknown[] {
  return Array.isArray(part?.parameters) ? part.parameters : [];
}

function fillText(
  place: "body" | "header",
  text: string,
  parameters: unknown[],
  format: SandboxTemplate["parameter_format"],
): { text: string } | { refused: Refusal } {
  const names = variablesOf(text);
  const mismatch = refusal(
    132000,
    `${place}: number of localizable_params (${parameters.length}) does not match the expected number of params (${names.length})`,
  );
  if (parameters.length !== names.length) return { refused: mismatch };
  const values = new Map<string, string>();
  for (const [at, parameter] of parameters.entries()) {
    if (!isJson(parameter)) return { refused: refusal(132012, `${place}: parameter ${at} is not an object`) };
    const value = textOf(place, parameter);
    if (typeof value !== "string") return { refused: value };
    const name = parameter.parameter_name;
    if (format === "NAMED") {
      if (typeof name !== "string" || name === "")
        return { refused: refusal(132000, `${place}: parameter name is missing or empty`) };
      if (!names.includes(name))
        return {
          refused: refusal(132012, `${place}: parameter name ${name} is not in the template, which has ${names.join(", ")}`),
        };
      if (values.has(name)) return { refused: refusal(132012, `${place}: parameter name ${name} is given twice`) };
      values.set(name, value);
    } else {
      if (name !== undefined)
        return { refused: refusal(132000, `${place}: the template has positional parameters, parameter_name is not expected`) };
      values.set(String(at + 1), value);
    }
  }
  return { text: text.replace(VARIABLE, (whole, name: string) => values.get(name) ?? whole) };
}

function textOf(place: string, parameter: Json): string | Refusal {
  if (parameter.type === "currency" || parameter.type === "date_time") {
    const typed = parameter[parameter.type];
    if (isJson(typed) && typeof typed.fallback_value === "string" && typed.fallback_value !== "") return typed.fallback_value;
    return refusal(131008, `${place}: ${parameter.type} needs fallback_value`);
  }
  if (parameter.type !== "text")
    return refusal(
      132012,
      `${place}: format mismatch, expected TEXT, received ${String(parameter.type ?? "UNKNOWN").toUpperCase()}`,
    );
  if (typeof parameter.text !== "string") return refusal(132012, `${place}: parameter of type text is missing text value`);
  if (parameter.text.trim() === "") return refusal(131008, `${place}: parameter of type text is missing text value`);
  if (/[\n\r\t]| {5,}/.test(parameter.text)) {
    return refusal(132012, `${place}: parameter text cannot have new-line or tab characters or more than 4 consecutive spaces`);
  }
  return parameter.text;
}

function checkMedia(
  kind: "document" | "gif" | "image" | "location" | "product" | "video",
  parameters: unknown[],
): Refusal | undefined {
  const expected = kind.toUpperCase();
  if (parameters.length !== 1) return refusal(132012, `header: format mismatch, expected ${expected}, received UNKNOWN`);
  const [parameter] = parameters;
  if (!isJson(parameter) || parameter.type !== kind || !isJson(parameter[kind])) {
    return refusal(
      132012,
      `header: format mismatch, expected ${expected}, received ${String(isJson(parameter) ? (parameter.type ?? "UNKNOWN") : "UNKNOWN").toUpperCase()}`,
    );
  }
  if (MEDIA.has(kind) && !hasMedia(parameter[kind])) return refusal(131008, `header: ${kind} needs id or link`);
  return undefined;
}

/** Where the phone finds a file. */
export function fileOf(value: unknown): { mediaId?: string; link?: string } {
  if (!isJson(value)) return {};
  if (typeof value.id === "string") return { mediaId: value.id };
  return typeof value.link === "string" ? { link: value.link } : {};
}

/** Exactly one of a media id and a http(s) link. */
export function hasMedia(value: unknown): value is Json {
  if (!isJson(value)) return false;
  const byId = typeof value.id === "string" && value.id !== "";
  const byLink = typeof value.link === "string" && /^https?:\/\/\S+$/.test(value.link);
  return byId !== byLink;
}

function fillButtons(
  buttons: SandboxTemplateButton[],
  given: Map<number, Json>,
): { buttons: SandboxButton[] } | { refused: Refusal } {
  const filled: SandboxButton[] = [];
  for (const [index, button] of buttons.entries()) {
    const part = given.get(index);
    const parameters = parametersOf(part);
    const [parameter] = parameters;
    const subType = part?.sub_type === undefined ? undefined : String(part.sub_type).toLowerCase();
    const expected = SUB_TYPES[button.type] ?? button.type.toLowerCase();
    if (part && subType !== expected) {
      return {
        refused: refusal(132012, `buttons: button at index ${index} is of type ${expected}, received ${subType ?? "nothing"}`),
      };
    }
    if (parameters.length > 1) return { refused: refusal(132000, `buttons: button at index ${index} takes one parameter`) };
    if (button.type === "QUICK_REPLY") {
      const payload = isJson(parameter) ? parameter.payload : undefined;
      if (part && (!isJson(parameter) || parameter.type !== "payload" || typeof payload !== "string" || payload === "")) {
        return { refused: refusal(132012, `buttons: button at index ${index} of type quick_reply needs a payload parameter`) };
      }
      filled.push({ kind: "reply", text: button.text, payload: typeof payload === "string" ? payload : button.text });
    } else if (button.type === "URL") {
      const dynamic = variablesOf(button.url).length > 0;
      if (!dynamic && parameters.length > 0)
        return { refused: refusal(132000, `buttons: button at index ${index} of type Url takes no parameter`) };
      if (dynamic && parameters.length === 0)
        return { refused: refusal(131008, `buttons: button at index ${index} of type Url requires a parameter`) };
      const suffix =
        dynamic && isJson(parameter) && parameter.type === "text" && typeof parameter.text === "string" ? parameter.text : "";
      if (dynamic && suffix === "")
        return { refused: refusal(132012, `buttons: button at index ${index} of type Url needs a text parameter`) };
      filled.push({ kind: "url", text: button.text, target: button.url.replace(VARIABLE, () => suffix) });
    } else if (button.type === "COPY_CODE") {
      const code = isJson(parameter) && parameter.type === "coupon_code" ? parameter.coupon_code : undefined;
      if (typeof code !== "string" || code === "" || code.length > CODE_LIMIT) {
        return {
          refused: refusal(131008, `buttons: button at index ${index} of type copy_code needs a coupon_code (${CODE_LIMIT})`),
        };
      }
      filled.push({ kind: "copy", text: button.text ?? "Copy offer code", target: code });
    } else if (button.type === "PHONE_NUMBER") {
      filled.push({ kind: "call", text: button.text, target: button.phone_number });
    } else {
      filled.push({ kind: "other", text: button.text ?? button.type });
    }
  }
  return { buttons: filled };
}

const SUB_TYPES: Record<string, string> = { PHONE_NUMBER: "voice_call" };

function checkCode(body: unknown[], button: unknown[]): Refusal | undefined {
  const [inBody, inButton] = [body[0], button[0]].map((p) => (isJson(p) && typeof p.text === "string" ? p.text : ""));
  if (inBody === undefined || inBody.length > CODE_LIMIT)
    return refusal(132012, `body: the code may have ${CODE_LIMIT} characters`);
  if (inBody !== inButton) return refusal(132012, "buttons: the code of the button must be the code of the body");
  return undefined;
}
