import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { consents, contactAddresses, contactMerges, contacts, conversations } from "@/db/schema/contacts";
import { conversationNotes } from "@/db/schema/inbox";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { addConsent, consentStates } from "./consents";
import { namedAs } from "./fold";
import type { ConsentState, MergeRecord } from "./schema";

/**
 * Makes one contact of two that proved to be one person, in the transaction of `ctx`: everything of the second becomes the first's,
 * and the second is gone. Whoever of them said no, to us or to Meta, has still said no. Written into the audit trail, with
 * enough to part them again.
 */
export async function mergeContacts(base: Ctx, survivorId: string, mergedId: string): Promise<void> {
  // A refusal that is said again must be newer than every word there is.
  const ctx = { ...base, now: new Date(Math.max(base.now.getTime(), Date.now())) };
  const rows = await ctx.db
    .select()
    .from(contacts)
    .where(and(eq(contacts.organizationId, ctx.organizationId), inArray(contacts.id, [survivorId, mergedId])))
    .orderBy(contacts.id)
    .for("update");
  const survivor = rows.find((row) => row.id === survivorId);
  const merged = rows.find((row) => row.id === mergedId);
  if (!survivor || !merged) throw new Error("A contact that was to be merged is gone.");
  const states = await consentStates(ctx, [survivorId, mergedId]);

  const moved = await moveRows(ctx, survivorId, mergedId);
  await moveBudgets(ctx, survivorId, mergedId);
  await ctx.db.delete(contacts).where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, mergedId)));
  await ctx.db
    .update(contacts)
    .set({
      phone: survivor.phone ?? merged.phone,
      userId: survivor.userId ?? merged.userId,
      ...namedAs(survivor.nameFolded ? survivor.name : merged.name),
      language: survivor.language ?? merged.language,
      country: survivor.country ?? merged.country,
      timeZone: survivor.timeZone ?? merged.timeZone,
      marketingStoppedAt: earlier(survivor.marketingStoppedAt, merged.marketingStoppedAt),
      marketingToldAt: later(survivor.marketingToldAt, merged.marketingToldAt),
      updatedAt: ctx.now,
    })
    .where(and(eq(contacts.organizationId, ctx.organizationId), eq(contacts.id, survivorId)));
  const added = await keepRefusals(ctx, survivorId, states.get(survivorId), states.get(mergedId));

  const record: MergeRecord = {
    contact: {
      phone: merged.phone,
      userId: merged.userId,
      name: merged.name,
      language: merged.language,
      country: merged.country,
      timeZone: merged.timeZone,
      marketingStoppedAt: merged.marketingStoppedAt?.toISOString() ?? null,
      marketingToldAt: merged.marketingToldAt?.toISOString() ?? null,
      createdAt: merged.createdAt.toISOString(),
    },
    survivor: {
      phone: survivor.phone,
      userId: survivor.userId,
      name: survivor.name,
      marketingStoppedAt: survivor.marketingStoppedAt?.toISOString() ?? null,
      marketingToldAt: survivor.marketingToldAt?.toISOString() ?? null,
    },
    added,
    ...moved,
  };
  const id = newId("mrg");
  await ctx.db
    .insert(contactMerges)
    .values({ id, organizationId: ctx.organizationId, survivorId, mergedId, record, mergedAt: ctx.now });
  await audit(
    ctx,
    "contact.merged",
    { type: "contact", id: survivorId },
    {
      mergeId: id,
      mergedId,
      messages: moved.messages.length,
      consents: moved.consents.length,
      addresses: moved.addresses.length,
      refusalsKept: added.length,
    },
  );
}

type Moved = Pick<MergeRecord, "addresses" | "consents" | "messages" | "conversations">;

async function moveRows(ctx: Ctx, survivorId: string, mergedId: string): Promise<Moved> {
  const addresses = await ctx.db
    .update(contactAddresses)
    .set({ contactId: survivorId })
    .where(and(eq(contactAddresses.organizationId, ctx.organizationId), eq(contactAddresses.contactId, mergedId)))
    .returning({ kind: contactAddresses.kind, index: contactAddresses.valueIndex });
  await allowLedgerMoves(ctx, true);
  const movedConsents = await ctx.db
    .update(consents)
    .set({ contactId: survivorId })
    .where(and(eq(consents.organizationId, ctx.organizationId), eq(consents.contactId, mergedId)))
    .returning({ id: consents.id });
  await allowLedgerMoves(ctx, false);
  const movedMessages = await ctx.db
    .update(messages)
    .set({ contactId: survivorId })
    .where(and(eq(messages.organizationId, ctx.organizationId), eq(messages.contactId, mergedId)))
    .returning({ id: messages.id });
  return {
    addresses,
    consents: movedConsents.map(({ id }) => id),
    messages: movedMessages.map(({ id }) => id),
    conversations: await moveConversations(ctx, survivorId, mergedId),
  };
}

/** The ledger is only added to; a trigger holds it. Whose an entry is may change, while this is on. */
export async function allowLedgerMoves(ctx: Ctx, isOn: boolean): Promise<void> {
  await ctx.db.execute(sql`select set_config('contacts.merging', ${isOn ? "on" : "off"}, true)`);
}

/** One number has one conversation with a person: two become one, with the later word of the person. */
async function moveConversations(ctx: Ctx, survivorId: string, mergedId: string): Promise<MergeRecord["conversations"]> {
  const rows = await ctx.db
    .select()
    .from(conversations)
    .where(and(eq(conversations.organizationId, ctx.organizationId), inArray(conversations.contactId, [survivorId, mergedId])))
    .orderBy(conversations.id)
    .for("update");
  const moved: MergeRecord["conversations"] = [];
  for (const row of rows.filter(({ contactId }) => contactId === mergedId)) {
    const own = rows.find((one) => one.contactId === survivorId && one.integrationId === row.integrationId);
    const where = (id: string) => and(eq(conversations.organizationId, ctx.organizationId), eq(conversations.id, id));
    if (own) {
      await ctx.db
        .update(conversations)
        .set({
          lastInboundAt: later(own.lastInboundAt, row.lastInboundAt),
          closedAt: later(own.closedAt, row.closedAt),
          freeEntryUntil: later(own.freeEntryUntil, row.freeEntryUntil),
          lastActivityAt: later(own.lastActivityAt, row.lastActivityAt) ?? ctx.now,
          unread: own.unread + row.unread,
          state: own.state === "open" ? own.state : row.state,
          snoozedUntil: later(own.snoozedUntil, row.snoozedUntil),
          assigneeId: own.assigneeId ?? row.assigneeId,
        })
        .where(where(own.id));
      await moveTeamwork(ctx, row.id, own.id);
      await ctx.db.delete(conversations).where(where(row.id));
    } else {
      await ctx.db.update(conversations).set({ contactId: survivorId }).where(where(row.id));
    }
    moved.push({
      id: row.id,
      integrationId: row.integrationId,
      lastInboundAt: row.lastInboundAt?.toISOString() ?? null,
      freeEntryUntil: row.freeEntryUntil?.toISOString() ?? null,
      lastActivityAt: row.lastActivityAt.toISOString(),
      unread: row.unread,
      state: row.state,
      createdAt: row.createdAt.toISOString(),
      into: own?.id ?? null,
    });
  }
  return moved;
}

/** Notes and labels stay with the talk that stays, also when the two are parted again: nobody can say whose they were. */
async function moveTeamwork(ctx: Ctx, from: string, to: string): Promise<void> {
  await ctx.db
    .update(conversationNotes)
    .set({ conversationId: to })
    .where(and(eq(conversationNotes.organizationId, ctx.organizationId), eq(conversationNotes.conversationId, from)));
  await ctx.db.execute(sql`
    insert into conversation_labels (organization_id, conversation_id, label_id)
    select organization_id, ${to}, label_id from conversation_labels
    where organization_id = ${ctx.organizationId} and conversation_id = ${from}
    on conflict do nothing`);
}

/** Meta counts the person once, and the pair limit holds for him whoever we took him for: the stricter of two budgets stays. */
async function moveBudgets(ctx: Ctx, survivorId: string, mergedId: string): Promise<void> {
  await ctx.db.execute(sql`
    with gone as (delete from pairs where organization_id = ${ctx.organizationId} and contact_id = ${mergedId} returning *)
    insert into pairs as p (integration_id, contact_id, organization_id, paid_until, held_until, holds)
    select integration_id, ${survivorId}, organization_id, paid_until, held_until, holds from gone
    on conflict (integration_id, contact_id) do update set paid_until = greatest(p.paid_until, excluded.paid_until),
      held_until = greatest(p.held_until, excluded.held_until), holds = greatest(p.holds, excluded.holds)`);
  await ctx.db.execute(sql`
    with gone as (delete from outreach where organization_id = ${ctx.organizationId} and contact_id = ${mergedId} returning *)
    insert into outreach as o (organization_id, portfolio_id, contact_id, reserved_by, reserved_at, delivered_at)
    select organization_id, portfolio_id, ${survivorId}, reserved_by, reserved_at, delivered_at from gone
    on conflict (organization_id, portfolio_id, contact_id) do update set reserved_by = coalesce(o.reserved_by, excluded.reserved_by),
      reserved_at = coalesce(o.reserved_at, excluded.reserved_at), delivered_at = greatest(o.delivered_at, excluded.delivered_at)`);
}

export const PURPOSES = ["marketing", "utility", "authentication"] as const;

/** Where one of the two had said no and the newest word of both would be another, the no is said again. */
async function keepRefusals(
  ctx: Ctx,
  survivorId: string,
  survivor: ConsentState | undefined,
  merged: ConsentState | undefined,
): Promise<MergeRecord["added"]> {
  const now = (await consentStates(ctx, [survivorId])).get(survivorId);
  const added: MergeRecord["added"] = [];
  for (const purpose of PURPOSES) {
    const refused = survivor?.[purpose] === "opted_out" ? "survivor" : merged?.[purpose] === "opted_out" ? "merged" : null;
    if (!refused || now?.[purpose] === "opted_out") continue;
    const entry = await addConsent(ctx, {
      contactId: survivorId,
      phoneNumber: null,
      purpose,
      status: "opted_out",
      source: "merge",
      evidence: "One of two contacts that proved to be one person had opted out.",
      occurredAt: ctx.now,
    });
    added.push({ id: entry.id, belongsTo: refused });
  }
  return added;
}

export function earlier(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a < b ? a : b) : (a ?? b);
}

export function later(a: Date | null, b: Date | null): Date | null {
  return a && b ? (a > b ? a : b) : (a ?? b);
}
