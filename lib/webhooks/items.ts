import "server-only";
import type { webhookEvents } from "@/db/schema/webhooks";
import { parseWebhook, parseWebhookJson } from "@/lib/whatsapp/inbound";
import type { WebhookItem } from "@/lib/whatsapp/inbound-items";

export type EventRow = typeof webhookEvents.$inferSelect;

/** So many items an organization gets done in one turn. */
export const ITEMS_A_TURN = 500;

/** Long bodies are taken in several turns and read once. */
const longBodies = new Map<string, WebhookItem[]>();
const MOST_KEPT = 4;

/** What a stored body says, item by item. */
export function itemsOf(event: Pick<EventRow, "id" | "body" | "encoding">): WebhookItem[] {
  const kept = longBodies.get(event.id);
  if (kept) return kept;
  const items = parseWebhook(event.encoding === "base64" ? undefined : parseWebhookJson(event.body));
  if (items.length > ITEMS_A_TURN) {
    longBodies.set(event.id, items);
    const [oldest] = longBodies.keys();
    if (longBodies.size > MOST_KEPT && oldest !== undefined) longBodies.delete(oldest);
  }
  return items;
}

export function forgetItems(eventId: string): void {
  longBodies.delete(eventId);
}
