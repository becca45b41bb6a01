import { createHash, createHmac, randomFillSync } from "node:crypto";
import type { SandboxAccount, WebhookPart } from "./store";

type Json = Record<string, unknown>;

const WAMID_BYTES = 27;
const chance = Buffer.alloc(WAMID_BYTES * 256);
let used = chance.length;

/** A message id nobody can guess; chance is drawn for many at once. */
export function newWamid(): string {
  if (used === chance.length) {
    randomFillSync(chance);
    used = 0;
  }
  used += WAMID_BYTES;
  return `wamid.${chance.toString("base64", used - WAMID_BYTES, used)}`;
}

/** The business-scoped user id of a person: the same for one person and one business account. */
export function scopedUserId(account: SandboxAccount, waId: string, country: string): string {
  const digest = createHash("sha256").update(account.businessAccountId).update(waId).digest();
  return `${country}.${digest.readBigUInt64BE() % 10_000_000_000_000_000n}`;
}

export function seconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}

/** The body of one webhook that tells several things at once, as bytes on the wire: non-ASCII and slashes escaped like Meta's. */
export function webhookBody(account: SandboxAccount, parts: readonly WebhookPart[]): string {
  const metadata = {
    display_phone_number: account.displayPhoneNumber.slice(1),
    phone_number_id: account.phoneNumberId,
  };
  const changes: Json[] = [];
  const merged = new Map<string, Json>();
  for (const part of parts) {
    if (part.field === "message_template_status_update") {
      changes.push({ value: part.template, field: part.field });
      continue;
    }
    const kind = "statuses" in part ? "statuses" : "messages" in part ? "messages" : "user_preferences";
    let value = merged.get(kind);
    if (!value) {
      value = { messaging_product: "whatsapp", metadata };
      merged.set(kind, value);
      changes.push({ value, field: part.field });
    }
    const { field: _field, ...lists } = part;
    for (const [name, items] of Object.entries(lists)) {
      if (items.length === 0) continue;
      const present = value[name];
      if (Array.isArray(present)) present.push(...items);
      else value[name] = [...items];
    }
  }
  return escapeLikeMeta(
    JSON.stringify({
      object: "whatsapp_business_account",
      entry: [{ id: account.businessAccountId, time: latest(parts), changes }],
    }),
  );
}

/** The moment of the latest thing told, so that the same webhook has the same bytes however often it is sent. */
function latest(parts: readonly WebhookPart[]): number {
  let time = 0;
  for (const part of parts) {
    if (part.field === "message_template_status_update") continue;
    const items = "statuses" in part ? part.statuses : "messages" in part ? part.messages : part.user_preferences;
    for (const item of items) time = Math.max(time, Number(item.timestamp) || 0);
  }
  return time;
}

function escapeLikeMeta(json: string): string {
  return json.replace(/[/\u0080-\uffff]/g, (char) =>
    char === "/" ? "\\/" : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The value of X-Hub-Signature-256 for a body. */
export function signature(appSecret: string, body: string): string {
  return `sha256=${createHmac("sha256", appSecret).update(body).digest("hex")}`;
}
