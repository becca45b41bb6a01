import "server-only";
import { createHmac, timingSafeEqual } from "node:crypto";
import {
  readAccountAlert,
  readAccountReview,
  readAccountUpdate,
  readBusinessCapability,
  readCall,
  readCallStatus,
  readContactSync,
  readHistory,
  readPhoneName,
  readPhoneQuality,
  readPreference,
  readSecurity,
  readTemplateCategory,
  readTemplateComponents,
  readTemplateQuality,
  readTemplateStatus,
  readUserAction,
} from "@/lib/whatsapp/inbound-accounts";
import type { ItemBase, WebhookItem } from "@/lib/whatsapp/inbound-items";
import { readEcho, readErrors, readMessage, readStatus, readUserIdUpdate } from "@/lib/whatsapp/inbound-messages";
import { type Bag, bagOf, isBag, listOf, momentOf, textOf } from "@/lib/whatsapp/inbound-reader";

const SIGNATURE = /^sha256=([0-9a-f]{64})$/i;

/** Whether an `X-Hub-Signature-256` looks like one, right or wrong. */
export function isSignature(header: string | null): header is string {
  return header !== null && SIGNATURE.test(header.trim());
}

/**
 * True when `X-Hub-Signature-256` is the HMAC-SHA256 of exactly these bytes under the app secret. Compared in constant time;
 * a missing or odd header and an empty secret are false.
 */
export function verifySignature(rawBody: Uint8Array, header: string | null | undefined, appSecret: string): boolean {
  const given = SIGNATURE.exec(header?.trim() ?? "")?.[1];
  if (!given || appSecret === "") return false;
  const expected = createHmac("sha256", appSecret).update(rawBody).digest();
  return timingSafeEqual(expected, Buffer.from(given, "hex"));
}

/** A key followed by a whole number of 16 or more digits; inside a text the quote would be escaped. */
const LONG_NUMBER = /(?<!\\)"(\s*:\s*)(\d{16,})(?=\s*[,}])/g;

/** A whole emoji, half of one, a NUL, or any other escape, which is read so that a backslash before it counts. */
const ESCAPE = /\\(?:u[dD][89abAB]\p{AHex}{2}\\u[dD][c-fC-F]\p{AHex}{2}|(u[dD][89a-fA-F]\p{AHex}{2})|(u0000)|.)/gsu;
const HAS_UNSTORABLE = /\\u(?:0000|[dD][89a-fA-F])/;

/** No database can store a NUL or half of an emoji, wherever it stands: they go here, where a body comes in. */
function storable(text: string): string {
  if (!HAS_UNSTORABLE.test(text)) return text;
  return text.replace(ESCAPE, (whole, half: string | undefined, nul: string | undefined) =>
    half ? "\\ufffd" : nul ? "" : whole,
  );
}

/**
 * Parses a webhook body; undefined when it is not JSON. Ids that Meta writes as long numbers (`message_template_id`) become
 * text, because a JavaScript number would change their last digits. A byte order mark before it does no harm.
 */
export function parseWebhookJson(text: string): unknown {
  try {
    return JSON.parse(storable(text.replace(/^\uFEFF/, "")).replace(LONG_NUMBER, '"$1"$2"'));
  } catch {
    return undefined;
  }
}

export type NamedAccounts = { phoneNumberIds: string[]; businessAccountIds: string[] };

/**
 * The accounts a body speaks of, each once: a change with `metadata.phone_number_id` names that number only (two numbers of one
 * account may belong to different apps); any other names `entry[].id` and, where given, `value.waba_info.waba_id`. Those of
 * them that are known here must all be signed for, or one customer could speak for another.
 */
export function namedAccounts(body: unknown): NamedAccounts {
  const phoneNumberIds = new Set<string>();
  const businessAccountIds = new Set<string>();
  for (const entry of listOf(isBag(body) ? body : undefined, "entry") ?? []) {
    if (!isBag(entry)) continue;
    const changes = (listOf(entry, "changes") ?? []).filter(isBag);
    const entryId = textOf(entry, "id");
    if (changes.length === 0 && entryId) businessAccountIds.add(entryId);
    for (const change of changes) {
      const value = bagOf(change, "value");
      const phoneNumberId = textOf(bagOf(value, "metadata"), "phone_number_id");
      const customerId = textOf(bagOf(value, "waba_info"), "waba_id");
      if (phoneNumberId) phoneNumberIds.add(phoneNumberId);
      else if (entryId) businessAccountIds.add(entryId);
      if (customerId) businessAccountIds.add(customerId);
    }
  }
  return { phoneNumberIds: [...phoneNumberIds], businessAccountIds: [...businessAccountIds] };
}

/**
 * Everything a webhook body says, in its order: entry, change, then messages, statuses, errors, user actions. Never throws:
 * what cannot be read becomes a `malformed_…` item of its own and the rest is read all the same.
 */
export function parseWebhook(body: unknown): WebhookItem[] {
  const nowhere: ItemBase = { wabaId: null, phoneNumberId: null, field: null, at: null, raw: body };
  if (!isBag(body)) return [{ ...nowhere, kind: "malformed_envelope", reason: "The body is not an object." }];
  const object = textOf(body, "object");
  if (object !== undefined && object !== "whatsapp_business_account") return [{ ...nowhere, kind: "unhandled" }];
  const entries = listOf(body, "entry");
  if (!entries) return [{ ...nowhere, kind: "malformed_envelope", reason: "The body has no list of entries." }];
  return entries.flatMap((entry): WebhookItem[] => {
    const base = { ...nowhere, raw: entry };
    if (!isBag(entry)) return [{ ...base, kind: "malformed_envelope", reason: "An entry is not an object." }];
    base.wabaId = textOf(entry, "id") ?? null;
    base.at = momentOf(entry, "time");
    const changes = listOf(entry, "changes");
    if (!changes) return [{ ...base, kind: "malformed_envelope", reason: "An entry has no list of changes." }];
    return changes.flatMap((change) => readChange({ ...base, raw: change }, change));
  });
}

function readChange(entry: ItemBase, change: unknown): WebhookItem[] {
  const value = isBag(change) ? bagOf(change, "value") : undefined;
  if (!isBag(change) || !value) {
    return [
      {
        ...entry,
        field: isBag(change) ? (textOf(change, "field") ?? null) : null,
        kind: "malformed_change",
        reason: "A change has no value.",
      },
    ];
  }
  const base: ItemBase = {
    ...entry,
    field: textOf(change, "field") ?? null,
    phoneNumberId: textOf(bagOf(value, "metadata"), "phone_number_id") ?? null,
    at: momentOf(value, "timestamp") ?? entry.at,
  };
  try {
    return readValue(base, value);
  } catch {
    return [{ ...base, kind: "malformed_change", reason: "The value cannot be read." }];
  }
}

function readValue(base: ItemBase, value: Bag): WebhookItem[] {
  switch (base.field) {
    case "messages":
      return readMessages(base, value);
    case "smb_message_echoes":
    case "message_echoes":
      return readEchoes(base, value);
    case "calls":
      return readCalls(base, value);
    case "user_preferences":
      return readEach(base, value, "user_preferences", (part) => readPreference(base, part));
    case "smb_app_state_sync":
      return readEach(base, value, "state_sync", (part) => readContactSync(base, part));
    case "history":
      return [readHistory(base, value)];
    case "user_id_update":
      return [readUserIdUpdate(base, value)];
    case "message_template_status_update":
    case "message_template_quality_update":
      // Meta's own sample of a quality change carries the name of the status field.
      return one(
        base,
        Object.hasOwn(value, "new_quality_score") ? readTemplateQuality(base, value) : readTemplateStatus(base, value),
      );
    case "message_template_components_update":
      return [readTemplateComponents(base, value)];
    case "template_category_update":
      return [readTemplateCategory(base, value)];
    case "phone_number_quality_update":
      return [readPhoneQuality(base, value)];
    case "phone_number_name_update":
      return [readPhoneName(base, value)];
    case "account_update":
      return one(base, readAccountUpdate(base, value));
    case "account_review_update":
      return one(base, readAccountReview(base, value));
    case "account_alerts":
      return [readAccountAlert(base, value)];
    case "business_capability_update":
      return [readBusinessCapability(base, value)];
    case "security":
      return one(base, readSecurity(base, value));
    case null:
      return readUnnamed(base, value);
    default:
      return [{ ...base, kind: "unhandled" }];
  }
}

/** A change without a field name is known by what it holds. */
function readUnnamed(base: ItemBase, value: Bag): WebhookItem[] {
  const holds = (key: string) => listOf(value, key) !== undefined;
  if (holds("messages") || holds("statuses")) return readMessages(base, value);
  if (holds("message_echoes")) return readEchoes(base, value);
  if (holds("calls")) return readCalls(base, value);
  if (holds("user_preferences")) return readEach(base, value, "user_preferences", (part) => readPreference(base, part));
  return [{ ...base, kind: "malformed_change", reason: "A change has no field name." }];
}

function readMessages(base: ItemBase, value: Bag): WebhookItem[] {
  const contacts = (listOf(value, "contacts") ?? []).filter(isBag);
  const errors = readErrors(value);
  const items = [
    ...readEach(base, value, "messages", (part) => readMessage(base, part, contacts)),
    ...readEach(base, value, "statuses", (part) => (part.type === "call" ? readCallStatus(base, part) : readStatus(base, part))),
    ...(errors.length > 0 ? [{ ...base, kind: "errors" as const, errors }] : []),
    ...readEach(base, value, "user_actions", (part) => readUserAction(base, part)),
    ...readEach(base, value, "message_echoes", (part) => readEcho(base, part, contacts)),
    ...readEach(base, value, "calls", (part) => readCall(base, part)),
  ];
  return items.length > 0 ? items : [{ ...base, kind: "unhandled" }];
}

function readEchoes(base: ItemBase, value: Bag): WebhookItem[] {
  const contacts = (listOf(value, "contacts") ?? []).filter(isBag);
  const items = readEach(base, value, "message_echoes", (part) => readEcho(base, part, contacts));
  return items.length > 0 ? items : [{ ...base, kind: "unhandled" }];
}

function readCalls(base: ItemBase, value: Bag): WebhookItem[] {
  const errors = readErrors(value);
  const items = [
    ...readEach(base, value, "calls", (part) => readCall(base, part)),
    ...readEach(base, value, "statuses", (part) => readCallStatus(base, part)),
    ...(errors.length > 0 ? [{ ...base, kind: "errors" as const, errors }] : []),
  ];
  return items.length > 0 ? items : [{ ...base, kind: "unhandled" }];
}

/** Reads a list item by item; each that fails is malformed alone. A list that is missing is empty, one that is no list is malformed. */
function readEach(base: ItemBase, value: Bag, key: string, read: (part: Bag) => WebhookItem | null): WebhookItem[] {
  if (!Object.hasOwn(value, key)) return [];
  const list = listOf(value, key);
  if (!list) return [{ ...base, kind: "malformed_change", reason: `${key} is not a list.` }];
  return list.map((part): WebhookItem => {
    const item = isBag(part) ? readSafely(part, read) : null;
    return item ?? { ...base, raw: part, kind: "malformed_change", reason: `An item of ${key} cannot be read.` };
  });
}

function readSafely(part: Bag, read: (part: Bag) => WebhookItem | null): WebhookItem | null {
  try {
    return read(part);
  } catch {
    return null;
  }
}

function one(base: ItemBase, item: WebhookItem | null): WebhookItem[] {
  return [item ?? { ...base, kind: "malformed_change", reason: `The value of ${base.field} cannot be read.` }];
}
