import { type Refusal, refusal } from "./meta-error";
import type { SandboxButton, SandboxContent } from "./schema";
import type { SandboxTemplate, SandboxTemplateButton } from "./templates";

type Json = Record<string, unknown>;
type Filled = { content: SandboxContent } | { refused: Refusal };

const VARIABLE = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const BODY_LIMIT = 1024;
const CODE_LIMIT = 15;
const MEDIA = new Set(["image", "video", "document"]);

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function variablesOf(text: string): string[] {
  return [...new Set([...text.matchAll(VARIABLE)].map((match) => match[1] ?? ""))];
}

/** Fills a template with the components of a send request, or says why Meta would not. */
export function fillTemplate(template: SandboxTemplate, given: unknown): Filled {
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
    } else if (type === "header" || type === "body") {
      if (parts.has(type)) return { refused: refusal(131009, `components: ${type} is given twice`) };
      parts.set(type, part);
    } else {
      return { refused: refusal(131009, `components: unexpected type ${part.type}`) };
    }
  }
  return fillParts(template, parts, buttons);
}

function fillParts(template: SandboxTemplate, parts: Map<string, Json>, buttons: Map<number, Json>): Filled {
  const content: SandboxContent = {
    type: "template",
    body: "",
    template: { name: template.name, language: template.language, category: template.category },
  };
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
        const kind = component.format.toLowerCase() as "document" | "image" | "location" | "video";
        const refused = checkMedia(kind, parameters);
        if (refused) return { refused };
        content.header = { kind };
      }
    } else if (component.type === "BODY") {
      const filled = fillText("body", component.text, parametersOf(parts.get("body")), template.parameter_format);
      if ("refused" in filled) return filled;
      if (filled.text.length > BODY_LIMIT)
        return { refused: refusal(132005, `body: text is ${filled.text.length} characters; the limit is ${BODY_LIMIT}`) };
      content.body = filled.text;
    } else if (component.type === "FOOTER") {
      content.footer = component.text;
    } else {
      buttonCount = component.buttons.length;
      const filled = fillButtons(component.buttons, buttons);
      if ("refused" in filled) return filled;
      content.buttons = filled.buttons;
    }
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

function checkMedia(kind: "document" | "image" | "location" | "video", parameters: unknown[]): Refusal | undefined {
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
    const expected = { QUICK_REPLY: "quick_reply", URL: "url", PHONE_NUMBER: "voice_call" }[button.type];
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
    } else {
      filled.push({ kind: "call", text: button.text, target: button.phone_number });
    }
  }
  return { buttons: filled };
}

function checkCode(body: unknown[], button: unknown[]): Refusal | undefined {
  const [inBody, inButton] = [body[0], button[0]].map((p) => (isJson(p) && typeof p.text === "string" ? p.text : ""));
  if (inBody === undefined || inBody.length > CODE_LIMIT)
    return refusal(132012, `body: the code may have ${CODE_LIMIT} characters`);
  if (inBody !== inButton) return refusal(132012, "buttons: the code of the button must be the code of the body");
  return undefined;
}
