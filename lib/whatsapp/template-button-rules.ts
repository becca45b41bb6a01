import type { Findings } from "./template-findings";
import { TEMPLATE_LIMITS } from "./template-rules";
import { isExample, isJson, requirePlain, requireText } from "./template-text-rules";
import { textLength } from "./text-length";

type Json = Record<string, unknown>;

/** Meta's types of buttons, and how many of each a template has at most. */
const MOST_OF = new Map<string, number>([
  ["QUICK_REPLY", TEMPLATE_LIMITS.quickReplyButtons],
  ["URL", TEMPLATE_LIMITS.urlButtons],
  ["PHONE_NUMBER", TEMPLATE_LIMITS.phoneButtons],
  ["COPY_CODE", TEMPLATE_LIMITS.copyCodeButtons],
  ["OTP", 1],
  ["FLOW", 1],
  ["CATALOG", 1],
  ["MPM", 1],
  ["SPM", 1],
  ["VOICE_CALL", 1],
  ["APP", 1],
  ["REQUEST_CONTACT_INFO", 1],
  ["CALL_PERMISSION_REQUEST", 1],
]);
/** Their text is Meta's own. */
const WITHOUT_TEXT = new Set(["COPY_CODE", "OTP", "REQUEST_CONTACT_INFO", "CALL_PERMISSION_REQUEST"]);

export function typeOf(part: Json): string {
  return typeof part.type === "string" ? part.type.toUpperCase() : "";
}

/** The buttons of a template (`most` 10) or of a carousel's card (2). */
export function checkButtons(found: Findings, path: string, given: unknown, category: string, most: number): void {
  if (!Array.isArray(given) || given.length === 0) {
    found.add(path, "required", "At least one button");
    return;
  }
  if (given.length > most) found.add(path, "too_many", most, given.length);
  const buttons = given.slice(0, 2 * TEMPLATE_LIMITS.buttons).map((button) => (isJson(button) ? button : {}));
  const counts = new Map<string, number>();
  const texts = new Set<string>();
  for (const [index, button] of buttons.entries()) {
    const at = `${path}.${index}`;
    const type = typeOf(button);
    counts.set(type, (counts.get(type) ?? 0) + 1);
    if (!MOST_OF.has(type)) {
      found.add(`${at}.type`, "not_one_of", [...MOST_OF.keys()].join(", "), type);
      continue;
    }
    if (type === "OTP" && category !== "AUTHENTICATION")
      found.add(`${at}.type`, "not_in_category", "AUTHENTICATION", "A button of the type OTP");
    const text = checkButtonText(found, `${at}.text`, type, button.text);
    if (text !== undefined && texts.has(text)) found.add(`${at}.text`, "button_text_twice", null, text);
    if (text !== undefined) texts.add(text);
    CHECKS[type]?.(found, at, button);
  }
  for (const [type, count] of counts) {
    const limit = MOST_OF.get(type);
    if (limit !== undefined && count > limit && limit < most) found.add(path, "too_many", limit, count);
  }
  const changes = buttons.filter(
    (button, index) => index > 0 && (typeOf(button) === "QUICK_REPLY") !== (typeOf(buttons[index - 1] ?? {}) === "QUICK_REPLY"),
  );
  if (changes.length > 1) found.add(path, "buttons_mixed");
}

function checkButtonText(found: Findings, path: string, type: string, value: unknown): string | undefined {
  if (WITHOUT_TEXT.has(type) && value === undefined) return undefined;
  const text = requireText(found, path, value, TEMPLATE_LIMITS.buttonText);
  if (text !== undefined) requirePlain(found, path, text);
  return text;
}

const CHECKS: Record<string, (found: Findings, path: string, button: Json) => void> = {
  URL: checkAddress,
  PHONE_NUMBER(found, path, button) {
    const number = requireText(found, `${path}.phone_number`, button.phone_number, TEMPLATE_LIMITS.phoneNumber);
    if (number !== undefined && !/^\+?[1-9][\d\s().-]{5,}$/.test(number))
      found.add(`${path}.phone_number`, "phone_number", null, number);
  },
  COPY_CODE(found, path, button) {
    const code: unknown = Array.isArray(button.example) ? button.example[0] : button.example;
    if (!isExample(code)) {
      found.add(`${path}.example`, "example_missing", 1, 0);
      return;
    }
    if (textLength(code) > TEMPLATE_LIMITS.code) found.add(`${path}.example`, "too_long", TEMPLATE_LIMITS.code, textLength(code));
  },
  FLOW(found, path, button) {
    const names = ["flow_id", "flow_name", "flow_json"].filter((key) => typeof button[key] === "string" && button[key] !== "");
    if (names.length !== 1) found.add(path, "required", "One of flow_id, flow_name and flow_json", names.length);
  },
  OTP(found, path, button) {
    const kind = String(button.otp_type ?? "").toUpperCase();
    if (!["COPY_CODE", "ONE_TAP", "ZERO_TAP"].includes(kind)) {
      found.add(`${path}.otp_type`, "not_one_of", "COPY_CODE, ONE_TAP, ZERO_TAP", kind);
      return;
    }
    if (button.autofill_text !== undefined)
      requireText(found, `${path}.autofill_text`, button.autofill_text, TEMPLATE_LIMITS.buttonText);
    if (kind === "COPY_CODE") return;
    const apps = Array.isArray(button.supported_apps) ? button.supported_apps : [button];
    const isApp = (app: unknown) =>
      isJson(app) && [app.package_name, app.signature_hash].every((part) => typeof part === "string" && part !== "");
    if (apps.length === 0 || !apps.every(isApp))
      found.add(`${path}.supported_apps`, "required", "package_name and signature_hash of each app");
    if (apps.length > SUPPORTED_APPS) found.add(`${path}.supported_apps`, "too_many", SUPPORTED_APPS, apps.length);
    if (kind === "ZERO_TAP" && button.zero_tap_terms_accepted !== true)
      found.add(`${path}.zero_tap_terms_accepted`, "terms_not_accepted");
  },
};
const SUPPORTED_APPS = 5;

function checkAddress(found: Findings, path: string, button: Json): void {
  const url = requireText(found, `${path}.url`, button.url, TEMPLATE_LIMITS.url);
  if (url === undefined) return;
  const variables = url.match(/\{\{[^{}]*\}\}/g) ?? [];
  const fixed = url.replace(/\{\{[^{}]*\}\}/g, "");
  if (/[{}]/.test(fixed)) found.add(`${path}.url`, "variable_malformed", null, url);
  if (!/^https?:\/\/[^\s/?#]+\.[^\s/?#]+/i.test(fixed) || /\s/.test(fixed) || !URL.canParse(fixed))
    found.add(`${path}.url`, "address", null, url);
  if (variables.length === 0) return;
  if (variables.length > 1) found.add(`${path}.url`, "too_many", 1, variables.length);
  else if (variables[0] !== "{{1}}") found.add(`${path}.url`, "variable_format", "POSITIONAL", variables[0]);
  if (!url.endsWith(variables.at(-1) ?? "")) found.add(`${path}.url`, "variable_not_last");
  const example: unknown = Array.isArray(button.example) ? button.example[0] : undefined;
  if (!isExample(example)) found.add(`${path}.example`, "example_missing", 1, 0);
}
