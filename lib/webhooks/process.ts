import "server-only";
import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { conversations } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { templates } from "@/db/schema/templates";
import { deadLetters, webhookEvents } from "@/db/schema/webhooks";
import { noteMarketingWords } from "@/lib/contacts/marketing-stop";
import { resolvePeople } from "@/lib/contacts/people";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { accountOf } from "@/lib/integrations/access";
import { announceSoon } from "@/lib/live";
import { log } from "@/lib/log";
import { applyStatuses, type ReportedStatus } from "@/lib/messages/delivery-reports";
import { normalizeLanguage } from "@/lib/templates/language";
import { errorLabel, isTransient } from "@/lib/transient";
import { parseWebhook, parseWebhookJson } from "@/lib/whatsapp/inbound";
import type { MessageItem, StatusItem, WebhookItem } from "@/lib/whatsapp/inbound-items";

const BATCH = 100;
/** A body whose processor died is taken up again after this time. */
const LEASE_MS = 30_000;
const MOST_ATTEMPTS = 8;

type EventRow = typeof webhookEvents.$inferSelect;
type OwnIntegration = { id: string; phoneNumberId: string; businessAccountId: string; sandbox: boolean };
/** An item with the integration it speaks of; null when no signer fits it. */
type Placed = { item: WebhookItem; integration: OwnIntegration | null; eventId: string };

/**
 * Processes one batch of stored bodies; any number of processes may do so at once. Everything it does may be done twice
 * without harm. An item that cannot be processed becomes a dead letter and the others go on. Answers how many bodies it took.
 */
export async function processWebhooks(db: Db): Promise<number> {
  const claimed = await claim(db);
  const byOrganization = new Map<string, EventRow[]>();
  for (const event of claimed)
    byOrganization.set(event.organizationId, [...(byOrganization.get(event.organizationId) ?? []), event]);
  for (const [organizationId, events] of byOrganization) {
    const ctx = systemCtx(db, organizationId, "webhooks");
    try {
      await processEvents(ctx, events);
    } catch (error) {
      log.error({ err: error, organizationId }, "Webhook bodies could not be processed; they will be tried again");
      await postpone(ctx, events, error);
    }
  }
  return claimed.length;
}

async function claim(db: Db): Promise<EventRow[]> {
  return db.transaction(async (tx) => {
    const now = new Date();
    const rows = await tx
      .select()
      .from(webhookEvents)
      .where(and(eq(webhookEvents.status, "pending"), lte(webhookEvents.dueAt, now)))
      .orderBy(asc(webhookEvents.dueAt), asc(webhookEvents.id))
      .limit(BATCH)
      .for("update", { skipLocked: true });
    if (rows.length === 0) return [];
    await tx
      .update(webhookEvents)
      .set({ attempts: sql`${webhookEvents.attempts} + 1`, dueAt: new Date(now.getTime() + LEASE_MS) })
      .where(
        anyOf(
          webhookEvents.id,
          rows.map((row) => row.id),
        ),
      );
    return rows;
  });
}

async function postpone(ctx: Ctx, events: readonly EventRow[], error: unknown): Promise<void> {
  for (const event of events) {
    const isLast = event.attempts + 1 >= MOST_ATTEMPTS;
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

async function processEvents(ctx: Ctx, events: readonly EventRow[]): Promise<void> {
  const again = events.filter((event) => event.attempts > 0).map((event) => event.id);
  if (again.length > 0)
    await ctx.db
      .delete(deadLetters)
      .where(and(eq(deadLetters.organizationId, ctx.organizationId), inArray(deadLetters.eventId, again)));
  const placed = await place(ctx, events);
  await processStatuses(ctx, placed);
  for (const one of placed) if (one.item.kind !== "status") await guarded(ctx, one, () => processItem(ctx, one));
  await ctx.db
    .update(webhookEvents)
    .set({ status: "processed", processedAt: new Date(), error: null })
    .where(
      and(
        eq(webhookEvents.organizationId, ctx.organizationId),
        inArray(
          webhookEvents.id,
          events.map((event) => event.id),
        ),
      ),
    );
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

async function place(ctx: Ctx, events: readonly EventRow[]): Promise<Placed[]> {
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
  return events.flatMap((event) => {
    const signers = rows.filter((row) => event.integrationIds.includes(row.id));
    return parseWebhook(parseWebhookJson(event.body)).map((item) => ({
      item,
      eventId: event.id,
      integration:
        signers.find((s) => s.phoneNumberId === item.phoneNumberId) ??
        (item.phoneNumberId ? null : (signers.find((s) => s.businessAccountId === item.wabaId) ?? null)),
    }));
  });
}

/** Statuses go together, by number. When one of them spoils the batch they go one by one, so that only that one is set aside. */
async function processStatuses(ctx: Ctx, placed: readonly Placed[]): Promise<void> {
  const groups = new Map<string, (Placed & { item: StatusItem })[]>();
  for (const one of placed) {
    if (one.item.kind !== "status" || !one.integration) continue;
    const group = groups.get(one.integration.id) ?? [];
    group.push({ ...one, item: one.item });
    groups.set(one.integration.id, group);
  }
  for (const [integrationId, group] of groups) {
    try {
      await applyStatuses(
        ctx,
        integrationId,
        group.map(({ item }) => reported(item)),
      );
    } catch (error) {
      log.warn({ err: error, integrationId }, "A batch of statuses failed; trying them one by one");
      for (const one of group) await guarded(ctx, one, () => applyStatuses(ctx, integrationId, [reported(one.item)]));
    }
  }
}

function reported(item: StatusItem): ReportedStatus {
  return {
    wamid: item.wamid,
    status: item.status,
    at: item.at,
    errors: item.errors,
    ...(item.pricing ? { pricing: item.pricing } : {}),
    ...(item.callbackData ? { callbackData: item.callbackData } : {}),
  };
}

/** The reader's own sentence about a part of a body that makes no sense. */
class Unreadable extends Error {}

async function guarded(ctx: Ctx, one: Placed, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // The database being away is not the item's fault: the whole body comes again.
    if (isTransient(error)) throw error;
    log.warn({ err: error, kind: one.item.kind, eventId: one.eventId }, "A webhook item could not be processed");
    await ctx.db.insert(deadLetters).values({
      id: newId("ded"),
      organizationId: ctx.organizationId,
      eventId: one.eventId,
      item: one.item.raw,
      error: error instanceof Unreadable ? error.message : errorLabel(error),
      createdAt: ctx.now,
    });
  }
}

async function processItem(ctx: Ctx, { item, integration }: Placed): Promise<void> {
  if (item.kind === "malformed_envelope" || item.kind === "malformed_change") throw new Unreadable(item.reason);
  if (!integration) return;
  switch (item.kind) {
    case "message":
      return openWindow(ctx, integration.id, item);
    case "template_status":
      return updateTemplate(ctx, integration, item.name, item.language, {
        status: TEMPLATE_STATUS[item.event] ?? item.event,
        rejectedReason: rejectionOf(item),
      });
    case "template_quality":
      return updateTemplate(ctx, integration, item.name, item.language, { qualityScore: item.current });
    case "template_category":
      return item.stage === "done" && item.newCategory
        ? updateTemplate(ctx, integration, item.name, item.language, {
            category: item.newCategory,
            previousCategory: item.previousCategory ?? null,
          })
        : undefined;
    case "preference":
      return keepPreference(ctx, item);
    default:
      return;
  }
}

/** These come from the phone's app or about what was written before; only what a person writes opens the window. */
const NOT_WRITTEN: readonly string[] = ["request_welcome", "edit", "revoke"];

/** A person's message opens the customer service window of this number, from Meta's own time. */
async function openWindow(ctx: Ctx, integrationId: string, item: MessageItem): Promise<void> {
  if (item.groupId || NOT_WRITTEN.includes(item.type)) return;
  const [contactId] = await resolvePeople(ctx, [
    {
      waId: item.from ?? item.contactWaId,
      userId: item.fromUserId ?? item.contactUserId,
      parentUserId: item.fromParentUserId ?? item.contactParentUserId,
      username: item.username,
      profileName: item.profileName,
    },
  ]);
  if (!contactId) return;
  // A time that has not come yet would hold the window open too long.
  await noteInbound(ctx, integrationId, contactId, item.at && item.at < ctx.now ? item.at : ctx.now);
  announceSoon(ctx.organizationId, ["contacts"]);
}

/** Remembers when a person last wrote to a number; never an earlier time than known. */
export async function noteInbound(ctx: Ctx, integrationId: string, contactId: string, at: Date): Promise<void> {
  await ctx.db
    .insert(conversations)
    .values({
      id: newId("cnv"),
      organizationId: ctx.organizationId,
      integrationId,
      contactId,
      lastInboundAt: at,
      createdAt: ctx.now,
    })
    .onConflictDoUpdate({
      target: [conversations.integrationId, conversations.contactId],
      set: { lastInboundAt: sql`greatest(${conversations.lastInboundAt}, excluded.last_inbound_at)` },
    });
}

const TEMPLATE_STATUS: Record<string, string> = { REINSTATED: "APPROVED", UNARCHIVED: "APPROVED", FLAGGED: "APPROVED" };

function rejectionOf(item: Extract<WebhookItem, { kind: "template_status" }>): string | null {
  const reason = item.rejection?.reason ?? item.reason;
  return reason && reason !== "NONE" ? reason : null;
}

async function updateTemplate(
  ctx: Ctx,
  integration: OwnIntegration,
  name: string | undefined,
  language: string | undefined,
  change: Partial<typeof templates.$inferInsert>,
): Promise<void> {
  if (!name || !language) return;
  await ctx.db
    .update(templates)
    .set(change)
    .where(
      and(
        eq(templates.organizationId, ctx.organizationId),
        eq(templates.businessAccountId, accountOf(integration)),
        eq(templates.name, name),
        eq(templates.language, normalizeLanguage(language)),
      ),
    );
  announceSoon(ctx.organizationId, ["templates"]);
}

async function keepPreference(ctx: Ctx, item: Extract<WebhookItem, { kind: "preference" }>): Promise<void> {
  if (item.category !== "marketing_messages" || (item.value !== "stop" && item.value !== "resume")) return;
  const [contactId] = await resolvePeople(ctx, [{ waId: item.waId, userId: item.userId }]);
  if (!contactId) return;
  await noteMarketingWords(ctx, [{ contactId, stops: item.value === "stop", at: item.at ?? ctx.now }]);
}
