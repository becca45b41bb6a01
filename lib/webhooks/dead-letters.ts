import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import { deadLetters } from "@/db/schema/webhooks";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import type { WebhookItem } from "@/lib/whatsapp/inbound-items";

type SetAside = { event: { id: string; body: string }; position: number; item: WebhookItem; error: string };

/** Keeps items that could not be processed, whatever they are. */
export async function keepDeadLetters(ctx: Ctx, letters: readonly SetAside[]): Promise<void> {
  if (letters.length === 0) return;
  await ctx.db.insert(deadLetters).values(
    letters.map(({ event, position, item, error }) => ({
      id: newId("ded"),
      organizationId: ctx.organizationId,
      eventId: event.id,
      position,
      item: asStored(item.raw, event.body),
      error,
      createdAt: ctx.now,
    })),
  );
}

/** What no JSON can say is kept as the text it came as. */
function asStored(raw: unknown, body: string): unknown {
  if (raw === undefined) return body;
  // The column takes no SQL null, and a driver cannot tell it from JSON's.
  if (raw === null) return "null";
  try {
    JSON.stringify(raw);
    return raw;
  } catch {
    return body;
  }
}

/** Before bodies are processed anew. */
export async function forgetDeadLetters(ctx: Ctx, eventIds: readonly string[]): Promise<void> {
  if (eventIds.length === 0) return;
  await ctx.db
    .delete(deadLetters)
    .where(and(eq(deadLetters.organizationId, ctx.organizationId), inArray(deadLetters.eventId, [...eventIds])));
}
