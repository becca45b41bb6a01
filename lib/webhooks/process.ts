import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { integrations } from "@/db/schema/integrations";
import { webhookEvents } from "@/db/schema/webhooks";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { log } from "@/lib/log";
import { countEffect } from "@/lib/metrics";
import { errorLabel, isTransient } from "@/lib/transient";
import type { MalformedChangeItem, MalformedEnvelopeItem, WebhookItem } from "@/lib/whatsapp/inbound-items";
import { forgetDeadLetters, keepDeadLetters } from "./dead-letters";
import { type EventRow, forgetItems, ITEMS_A_TURN, itemsOf } from "./items";
import { handle, type OwnIntegration, type Placed } from "./router";

/** So many bodies an organization gets done in one turn at most; then it is the next one's. */
const BODIES_A_TURN = 50;
/** A body whose processor died is taken up again after this time. */
const LEASE_MS = 30_000;
const MOST_ATTEMPTS = 8;
/** Organizations served side by side, so that one that waits for the database does not hold up another. */
const SIDE_BY_SIDE = 4;

/** An item in its place in a body; without an integration when no signer fits it. */
type Found = { event: EventRow; position: number; item: WebhookItem; integration: OwnIntegration | null };

/**
 * Takes one turn through the organizations whose bodies wait; any number of processes may do so at once. Everything it does may be
 * done twice without harm. An item that cannot be processed becomes a dead letter and the others go on; a body with more items
 * than a turn has goes on where it stopped. Answers how many bodies it took up.
 */
export async function processWebhooks(db: Db): Promise<number> {
  const claimed = await claim(db);
  const queue = [...groupBy(claimed, (event) => event.organizationId)];
  const serve = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [organizationId, events] = next;
      await processEvents(systemCtx(db, organizationId, "webhooks"), events);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, serve));
  return claimed.length;
}

/** The oldest bodies of every organization that has some, up to a turn's worth each. */
async function claim(db: Db): Promise<EventRow[]> {
  return db.transaction(async (tx) => {
    const now = new Date();
    const due = sql`status = 'pending' and due_at <= ${now.toISOString()}::timestamptz`;
    const rows = await tx.execute<{ id: string }>(sql`
      with recursive waiting as (
        (select organization_id from webhook_events where status = 'pending' order by organization_id limit 1)
        union all
        select (select organization_id from webhook_events where status = 'pending' and organization_id > w.organization_id
          order by organization_id limit 1) from waiting w where w.organization_id is not null)
      select e.id from waiting w, lateral (
        select id, due_at from webhook_events where organization_id = w.organization_id and ${due}
        order by due_at, id limit ${BODIES_A_TURN} for update skip locked) e
      where w.organization_id is not null`);
    if (rows.length === 0) return [];
    const claimed = await tx
      .update(webhookEvents)
      .set({ attempts: sql`${webhookEvents.attempts} + 1`, dueAt: new Date(now.getTime() + LEASE_MS) })
      .where(
        anyOf(
          webhookEvents.id,
          rows.map(({ id }) => id),
        ),
      )
      .returning();
    return claimed.sort((a, b) => (a.id < b.id ? -1 : 1));
  });
}

async function processEvents(ctx: Ctx, events: readonly EventRow[]): Promise<void> {
  try {
    await takeTurn(ctx, events);
  } catch (error) {
    if (events.length > 1 && !isTransient(error)) {
      // Something about one of them will not pass: the others must not share its fate.
      for (const event of events) await processEvents(ctx, [event]);
      return;
    }
    log.error(
      { err: error, organizationId: ctx.organizationId },
      "Webhook bodies could not be processed; they will be tried again",
    );
    await postpone(ctx, events, error);
  }
}

async function takeTurn(ctx: Ctx, events: readonly EventRow[]): Promise<void> {
  const { items, done, goesOn } = await place(ctx, events);
  // A first attempt that died may have left some.
  const retried = events.filter(({ attempts, itemsDone }) => attempts > 1 && itemsDone === 0).map(({ id }) => id);
  await forgetDeadLetters(ctx, retried);
  await keepDeadLetters(
    ctx,
    items.flatMap((one) => (isUnreadable(one.item) ? [{ ...one, error: one.item.reason }] : [])),
  );
  for (const [kind, group] of groupBy(items, ({ item }) => item.kind)) await handleAll(ctx, kind, group);
  await finish(ctx, done, goesOn);
  await noteHeard(ctx, events);
}

function isUnreadable(item: WebhookItem): item is MalformedEnvelopeItem | MalformedChangeItem {
  return item.kind === "malformed_envelope" || item.kind === "malformed_change";
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** One kind goes together. When something about it will not pass, its items go one by one and the bad ones are set aside. */
async function handleAll(ctx: Ctx, kind: WebhookItem["kind"], found: readonly Found[]): Promise<void> {
  const placed = found.filter((one): one is Found & Placed => one.integration !== null);
  if (placed.length === 0) return;
  try {
    await handle(ctx, kind, placed);
  } catch (error) {
    // The database being away is not the items' fault: the whole body comes again.
    if (isTransient(error)) throw error;
    log.warn({ err: error, kind, count: placed.length }, "Webhook items could not be processed together");
    for (const one of placed) {
      try {
        await handle(ctx, kind, [one]);
      } catch (failure) {
        if (isTransient(failure)) throw failure;
        log.warn({ err: failure, kind, eventId: one.event.id }, "A webhook item could not be processed");
        await keepDeadLetters(ctx, [{ ...one, error: errorLabel(failure) }]);
      }
    }
  }
}

type Turn = { items: Found[]; done: EventRow[]; goesOn: { event: EventRow; itemsDone: number }[] };

/** Reads bodies until the turn's items are used up. */
async function place(ctx: Ctx, events: readonly EventRow[]): Promise<Turn> {
  const ids = [...new Set(events.flatMap((event) => event.integrationIds))];
  const rows: OwnIntegration[] = await ctx.db
    .select({
      id: integrations.id,
      phoneNumberId: integrations.phoneNumberId,
      businessAccountId: integrations.businessAccountId,
      sandbox: integrations.sandbox,
    })
    .from(integrations)
    .where(and(eq(integrations.organizationId, ctx.organizationId), inArray(integrations.id, ids)));
  const turn: Turn = { items: [], done: [], goesOn: [] };
  for (const event of events) {
    const left = ITEMS_A_TURN - turn.items.length;
    if (left <= 0) {
      turn.goesOn.push({ event, itemsDone: event.itemsDone });
      continue;
    }
    const signers = rows.filter((row) => event.integrationIds.includes(row.id));
    const all = itemsOf(event);
    const upTo = Math.min(all.length, event.itemsDone + left);
    for (let position = event.itemsDone; position < upTo; position++) {
      const item = all[position];
      if (item) turn.items.push({ event, position, item, integration: integrationOf(item, signers) });
    }
    if (upTo < all.length) turn.goesOn.push({ event, itemsDone: upTo });
    else turn.done.push(event);
  }
  return turn;
}

function integrationOf(item: WebhookItem, signers: readonly OwnIntegration[]): OwnIntegration | null {
  if (item.phoneNumberId) return signers.find((s) => s.phoneNumberId === item.phoneNumberId) ?? null;
  // Partner events carry a portfolio's id, or the partner's own account, and inside the one that they are about.
  const account = (item.kind === "account_update" ? item.customerWabaId : undefined) ?? item.wabaId;
  return signers.find((s) => s.businessAccountId === account) ?? null;
}

async function finish(ctx: Ctx, done: readonly EventRow[], goesOn: Turn["goesOn"]): Promise<void> {
  if (done.length > 0)
    await ctx.db
      .update(webhookEvents)
      .set({ status: "processed", processedAt: new Date(), error: null })
      .where(
        and(
          eq(webhookEvents.organizationId, ctx.organizationId),
          anyOf(
            webhookEvents.id,
            done.map(({ id }) => id),
          ),
        ),
      );
  for (const { id, receivedAt } of done) {
    forgetItems(id);
    countEffect(Date.now() - receivedAt.getTime());
  }
  for (const { event, itemsDone } of goesOn)
    await ctx.db
      .update(webhookEvents)
      .set({ itemsDone, attempts: event.attempts - 1, dueAt: ctx.now })
      .where(and(eq(webhookEvents.organizationId, ctx.organizationId), eq(webhookEvents.id, event.id)));
}

async function postpone(ctx: Ctx, events: readonly EventRow[], error: unknown): Promise<void> {
  for (const event of events) {
    const isLast = event.attempts >= MOST_ATTEMPTS;
    await ctx.db
      .update(webhookEvents)
      .set({
        status: isLast ? "failed" : "pending",
        dueAt: new Date(Date.now() + 1000 * 2 ** Math.min(event.attempts, 8)),
        error: errorLabel(error),
      })
      .where(and(eq(webhookEvents.organizationId, ctx.organizationId), eq(webhookEvents.id, event.id)));
  }
}

async function noteHeard(ctx: Ctx, events: readonly EventRow[]): Promise<void> {
  const signers = [...new Set(events.flatMap((event) => event.integrationIds))];
  await ctx.db
    .update(integrations)
    .set({ lastWebhookAt: ctx.now })
    .where(
      and(
        eq(integrations.organizationId, ctx.organizationId),
        inArray(integrations.id, signers),
        sql`(${integrations.lastWebhookAt} is null or ${integrations.lastWebhookAt} < ${ctx.now.toISOString()}::timestamptz - interval '30 seconds')`,
      ),
    );
}
