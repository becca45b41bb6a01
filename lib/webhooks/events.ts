import "server-only";
import { and, desc, eq, gte, lt, lte, sql } from "drizzle-orm";
import { anyOf, madeBetween } from "@/db/columns";
import { deadLetters, webhookEvents } from "@/db/schema/webhooks";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { type Page, toPage } from "@/lib/http/paging";
import { wake } from "@/lib/wake";
import { describeItem } from "@/lib/whatsapp/inbound-vocabulary";
import { type EventRow, itemsOf } from "./items";
import { isIgnored } from "./router";
import type { DeadLetter, ListWebhookEvents, WebhookBody, WebhookEvent } from "./schema";

/** Bodies are sealed, so a message id is looked for by reading; a page reads so many at most and says where to go on. */
const MOST_BODIES_A_PAGE = 2_000;
const BODIES_AT_ONCE = 100;

/** Each item of each body, newest body first; within one body in its order. */
export async function listWebhookEvents(ctx: Ctx, query: ListWebhookEvents): Promise<Page<WebhookEvent>> {
  const data: WebhookEvent[] = [];
  let [bodyId, place] = readCursor(query.cursor);
  for (let read = 0; read < MOST_BODIES_A_PAGE; read += BODIES_AT_ONCE) {
    const bodies = await readBodies(ctx, query, bodyId);
    const letters = await readLetters(ctx, bodies);
    for (const body of bodies) {
      for (const [position, item] of itemsOf(body).entries()) {
        if (body.id === bodyId && position < place) continue;
        if (query.kind !== undefined && item.kind !== query.kind) continue;
        const event = toEvent(body, position, item, letters);
        if (query.wamid !== undefined && event.data.wamid !== query.wamid) continue;
        if (data.length === query.limit) return { data, nextCursor: `${body.id}.${position}` };
        data.push(event);
      }
    }
    const last = bodies.at(-1);
    if (!last || bodies.length < BODIES_AT_ONCE) return { data, nextCursor: null };
    [bodyId, place] = [last.id, Number.MAX_SAFE_INTEGER];
  }
  return { data, nextCursor: bodyId === undefined ? null : `${bodyId}.${place}` };
}

const EVENT_ID = /^(whk_[0-9A-Z]{26})(?:\.(\d{1,16}))?$/;

function readCursor(cursor: string | undefined): [bodyId: string | undefined, place: number] {
  if (cursor === undefined) return [undefined, 0];
  const match = EVENT_ID.exec(cursor);
  if (!match) throw new AppError("validation_failed", "The cursor is not one of this list");
  return [match[1], Number(match[2] ?? 0)];
}

/** From this body on, itself included. */
function readBodies(ctx: Ctx, query: ListWebhookEvents, bodyId: string | undefined): Promise<EventRow[]> {
  const from = query.from === undefined ? undefined : new Date(query.from);
  const to = query.to === undefined ? undefined : new Date(query.to);
  return ctx.db
    .select()
    .from(webhookEvents)
    .where(
      and(
        eq(webhookEvents.organizationId, ctx.organizationId),
        bodyId ? lte(webhookEvents.id, bodyId) : undefined,
        query.kind ? sql`${query.kind} = any(${webhookEvents.kinds})` : undefined,
        query.integrationId ? sql`${query.integrationId} = any(${webhookEvents.integrationIds})` : undefined,
        from ? gte(webhookEvents.receivedAt, from) : undefined,
        to ? lte(webhookEvents.receivedAt, to) : undefined,
        madeBetween(webhookEvents.id, "whk", from, to),
      ),
    )
    .orderBy(desc(webhookEvents.id))
    .limit(BODIES_AT_ONCE);
}

async function readLetters(ctx: Ctx, bodies: readonly EventRow[]): Promise<Map<string, string>> {
  if (bodies.length === 0) return new Map();
  const ids = bodies.map(({ id }) => id);
  const rows = await ctx.db
    .select({ eventId: deadLetters.eventId, position: deadLetters.position, error: deadLetters.error })
    .from(deadLetters)
    .where(and(eq(deadLetters.organizationId, ctx.organizationId), anyOf(deadLetters.eventId, ids)));
  return new Map(rows.map(({ eventId, position, error }) => [`${eventId}.${position}`, error]));
}

function toEvent(
  body: EventRow,
  position: number,
  item: ReturnType<typeof itemsOf>[number],
  letters: ReadonlyMap<string, string>,
): WebhookEvent {
  const id = `${body.id}.${position}`;
  const letter = letters.get(id);
  const isDone = body.status === "processed" || position < body.itemsDone;
  const { kind, ...data } = describeItem(item);
  return {
    id,
    kind: String(kind),
    data: Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)),
    integrationIds: body.integrationIds,
    receivedAt: body.receivedAt.toISOString(),
    processedAt: body.processedAt?.toISOString() ?? null,
    outcome:
      letter !== undefined
        ? "dead_letter"
        : !isDone
          ? body.status === "failed"
            ? "failed"
            : "pending"
          : isIgnored(item.kind)
            ? "ignored"
            : "processed",
    error: letter ?? body.error,
  };
}

/** A body as it came, by its own id or that of one of its items. Throws `not_found`. */
export async function getWebhookBody(ctx: Ctx, id: string): Promise<WebhookBody> {
  const [row] = await ctx.db
    .select()
    .from(webhookEvents)
    .where(and(eq(webhookEvents.organizationId, ctx.organizationId), eq(webhookEvents.id, bodyIdOf(id))));
  if (!row) throw new AppError("not_found", "There is no webhook event with this id");
  const { body, encoding, status, attempts, error } = row;
  return {
    id: row.id,
    body,
    encoding,
    status,
    attempts,
    error,
    receivedAt: row.receivedAt.toISOString(),
    processedAt: row.processedAt?.toISOString() ?? null,
  };
}

const bodyIdOf = (id: string) => EVENT_ID.exec(id)?.[1] ?? "";

/** Processes a body once more, from its first item; what it did already is not done twice. Throws `not_found`. */
export async function replayWebhookEvent(ctx: Ctx, id: string): Promise<WebhookBody> {
  await inTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(webhookEvents)
      .set({ status: "pending", attempts: 0, itemsDone: 0, dueAt: tx.now, error: null, processedAt: null })
      .where(and(eq(webhookEvents.organizationId, tx.organizationId), eq(webhookEvents.id, bodyIdOf(id))))
      .returning({ id: webhookEvents.id });
    if (!row) throw new AppError("not_found", "There is no webhook event with this id");
    await tx.db
      .delete(deadLetters)
      .where(and(eq(deadLetters.organizationId, tx.organizationId), eq(deadLetters.eventId, row.id)));
    await audit(tx, "webhook.replayed", { type: "webhook_event", id: row.id });
  });
  wake({ kind: "webhooks" });
  return getWebhookBody(ctx, id);
}

/** What was set aside, newest first. */
export async function listDeadLetters(
  ctx: Ctx,
  query: { cursor?: string | undefined; limit: number },
): Promise<Page<DeadLetter>> {
  const rows = await ctx.db
    .select()
    .from(deadLetters)
    .where(and(eq(deadLetters.organizationId, ctx.organizationId), query.cursor ? lt(deadLetters.id, query.cursor) : undefined))
    .orderBy(desc(deadLetters.id))
    .limit(query.limit + 1);
  return toPage(rows, query.limit, ({ id, eventId, position, error, item, createdAt }) => ({
    id,
    eventId: `${eventId}.${position}`,
    error,
    item,
    createdAt: createdAt.toISOString(),
  }));
}

/** Processes the body of a dead letter once more. Throws `not_found`. */
export async function replayDeadLetter(ctx: Ctx, id: string): Promise<WebhookBody> {
  const [row] = await ctx.db
    .select({ eventId: deadLetters.eventId })
    .from(deadLetters)
    .where(and(eq(deadLetters.organizationId, ctx.organizationId), eq(deadLetters.id, id)));
  if (!row) throw new AppError("not_found", "There is no dead letter with this id");
  return replayWebhookEvent(ctx, row.eventId);
}
