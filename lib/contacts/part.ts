import "server-only";
import { and, asc, desc, eq, gte, isNull, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { consents, contactAddresses, contactMerges, contacts, conversations } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { audit } from "@/lib/audit";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { addressIndex } from "./addresses";
import { addConsent, consentStates } from "./consents";
import { getContact } from "./contacts";
import { namedAs } from "./fold";
import { allowLedgerMoves, earlier, later, PURPOSES } from "./merge";
import type { Contact, MergeRecord } from "./schema";
import { messageIn } from "./spoken";

/**
 * Undoes a merge: both contacts are there again, each with its addresses, ledger, conversations and messages, also those since the
 * merge that name an address of the one that comes back. Whoever is known to have said no has still said no; a no since the merge
 * of which nobody knows whose it was holds for both. Throws `not_found`, and `conflict` for a merge that was undone or that a
 * later one stands on. Should Meta name addresses of both as one person again, they are merged again.
 */
export async function undoMerge(ctx: Ctx, mergeId: string): Promise<Contact> {
  return inTransaction(ctx, async (tx) => {
    const { survivorId, mergedId, record, mergedAt } = await claimMerge(tx, mergeId);
    const survivor = await lockSurvivor(tx, survivorId);
    await bringBackContacts(tx, survivor, mergedId, record);
    const [messageIds, entries] = [
      await takeMessages(tx, survivorId, mergedId, record),
      await ledgerSince(tx, survivorId, mergedAt),
    ];
    await takeAddresses(tx, survivorId, mergedId, record);
    const refused = await takeLedger(tx, survivorId, mergedId, record, entries, messageIds);
    await partConversations(tx, survivorId, mergedId, record);
    await partBudgets(tx, survivorId, mergedId, messageIds);
    await audit(
      tx,
      "contact.parted",
      { type: "contact", id: survivorId },
      { mergeId, partedId: mergedId, messages: messageIds.length, refusalsKept: refused },
    );
    await announce(tx.db, tx.organizationId, ["contacts", "messages"]);
    return getContact(tx, mergedId);
  });
}

type Merge = typeof contactMerges.$inferSelect;

async function claimMerge(tx: Ctx, id: string): Promise<Merge> {
  const [merge] = await tx.db
    .select()
    .from(contactMerges)
    .where(and(eq(contactMerges.organizationId, tx.organizationId), eq(contactMerges.id, id)))
    .for("update");
  if (!merge) throw new AppError("not_found", "There is no merge with this id");
  if (merge.undoneAt) throw new AppError("conflict", "This merge has been undone already");
  const standing = and(eq(contactMerges.organizationId, tx.organizationId), isNull(contactMerges.undoneAt));
  const [newest] = await tx.db
    .select({ id: contactMerges.id })
    .from(contactMerges)
    .where(and(standing, eq(contactMerges.survivorId, merge.survivorId)))
    .orderBy(desc(contactMerges.id))
    .limit(1);
  const [onward] = await tx.db
    .select({ id: contactMerges.id })
    .from(contactMerges)
    .where(and(standing, eq(contactMerges.mergedId, merge.survivorId)));
  const inTheWay = onward ?? (newest?.id === id ? undefined : newest);
  if (inTheWay)
    throw new AppError("conflict", "A later merge stands on this one: undo that one first", {
      details: { mergeId: inTheWay.id },
    });
  await tx.db
    .update(contactMerges)
    .set({ undoneAt: tx.now })
    .where(and(eq(contactMerges.organizationId, tx.organizationId), eq(contactMerges.id, id)));
  return merge;
}

type ContactRow = typeof contacts.$inferSelect;

async function lockSurvivor(tx: Ctx, id: string): Promise<ContactRow> {
  const [row] = await tx.db
    .select()
    .from(contacts)
    .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, id)))
    .for("update");
  if (!row) throw new AppError("not_found", "The contact that both became is gone");
  return row;
}

const momentOf = (at: string | null | undefined) => (at ? new Date(at) : null);

/** What the survivor had only from the other goes back with it; what was changed since stays. */
async function bringBackContacts(tx: Ctx, now: ContactRow, mergedId: string, record: MergeRecord): Promise<void> {
  const { contact, survivor } = record;
  const before = { stoppedAt: momentOf(survivor.marketingStoppedAt), toldAt: momentOf(survivor.marketingToldAt) };
  const other = { stoppedAt: momentOf(contact.marketingStoppedAt), toldAt: momentOf(contact.marketingToldAt) };
  const toldSince = (now.marketingToldAt?.getTime() ?? 0) > (later(before.toldAt, other.toldAt)?.getTime() ?? 0);
  await tx.db.insert(contacts).values({
    id: mergedId,
    organizationId: tx.organizationId,
    phone: contact.phone,
    userId: contact.userId,
    ...namedAs(contact.name),
    language: contact.language,
    country: contact.country,
    timeZone: contact.timeZone,
    marketingStoppedAt: toldSince ? earlier(other.stoppedAt, now.marketingStoppedAt) : other.stoppedAt,
    marketingToldAt: other.toldAt,
    createdAt: new Date(contact.createdAt),
    updatedAt: tx.now,
  });
  const isBorrowed = (field: "phone" | "userId" | "name") => survivor[field] === null && now[field] === contact[field];
  await tx.db
    .update(contacts)
    .set({
      phone: isBorrowed("phone") ? null : now.phone,
      userId: isBorrowed("userId") ? null : now.userId,
      ...namedAs(isBorrowed("name") ? null : now.name),
      marketingStoppedAt: toldSince ? now.marketingStoppedAt : before.stoppedAt,
      marketingToldAt: toldSince ? now.marketingToldAt : (before.toldAt ?? now.marketingToldAt),
      updatedAt: tx.now,
    })
    .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, now.id)));
}

async function takeAddresses(tx: Ctx, survivorId: string, mergedId: string, { addresses }: MergeRecord): Promise<void> {
  for (const { kind, index } of addresses) {
    await tx.db
      .update(contactAddresses)
      .set({ contactId: mergedId })
      .where(
        and(
          eq(contactAddresses.organizationId, tx.organizationId),
          eq(contactAddresses.kind, kind),
          eq(contactAddresses.valueIndex, index),
          eq(contactAddresses.contactId, survivorId),
        ),
      );
  }
}

/** Those that came with the merge, and those since that went to, or came from, an address that goes back. */
async function takeMessages(tx: Ctx, survivorId: string, mergedId: string, record: MergeRecord): Promise<string[]> {
  const came = new Set(record.messages);
  const goesBack = new Set(record.addresses.map(({ kind, index }) => `${kind} ${index}`));
  const rows = await tx.db
    .select({ id: messages.id, recipient: messages.recipient })
    .from(messages)
    .where(and(eq(messages.organizationId, tx.organizationId), eq(messages.contactId, survivorId)));
  const ids = rows
    .filter(({ id, recipient }) => {
      if (came.has(id)) return true;
      const kind = recipient.startsWith("+") ? "phone" : "user_id";
      return goesBack.has(`${kind} ${addressIndex(tx.organizationId, kind, recipient)}`);
    })
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  await tx.db
    .update(messages)
    .set({ contactId: mergedId })
    .where(and(eq(messages.organizationId, tx.organizationId), anyOf(messages.id, ids)));
  return ids;
}

function ledgerSince(tx: Ctx, contactId: string, mergedAt: Date) {
  return tx.db
    .select()
    .from(consents)
    .where(
      and(eq(consents.organizationId, tx.organizationId), eq(consents.contactId, contactId), gte(consents.recordedAt, mergedAt)),
    )
    .orderBy(asc(consents.id));
}

type Entry = typeof consents.$inferSelect;

/** Answers how many refusals were said again for the one that comes back. */
async function takeLedger(
  tx: Ctx,
  survivorId: string,
  mergedId: string,
  record: MergeRecord,
  since: readonly Entry[],
  messageIds: readonly string[],
): Promise<number> {
  const moved = new Set(messageIds);
  const before = new Set([...record.consents, ...record.added.map(({ id }) => id)]);
  const said = since.filter(({ id }) => !before.has(id));
  const goes = [
    ...record.consents,
    ...record.added.flatMap(({ id, belongsTo }) => (belongsTo === "merged" ? id : [])),
    ...said.flatMap(({ id, evidence }) => (moved.has(messageIn(evidence) ?? "") ? id : [])),
  ];
  if (goes.length > 0) {
    await allowLedgerMoves(tx, true);
    await tx.db
      .update(consents)
      .set({ contactId: mergedId })
      .where(and(eq(consents.organizationId, tx.organizationId), eq(consents.contactId, survivorId), anyOf(consents.id, goes)));
    await allowLedgerMoves(tx, false);
  }
  const states = await consentStates(tx, [survivorId, mergedId]);
  const unclear = said.filter(({ evidence, status }) => status === "opted_out" && messageIn(evidence) === null);
  const again = PURPOSES.filter(
    (purpose) =>
      states.get(survivorId)?.[purpose] === "opted_out" &&
      states.get(mergedId)?.[purpose] !== "opted_out" &&
      unclear.some((entry) => entry.purpose === "all" || entry.purpose === purpose),
  );
  for (const purpose of again) {
    await addConsent(tx, {
      contactId: mergedId,
      phoneNumber: null,
      purpose,
      status: "opted_out",
      source: "merge",
      evidence: "Somebody opted out while two contacts were taken for one person.",
      occurredAt: tx.now,
    });
  }
  return again.length;
}

async function partConversations(tx: Ctx, survivorId: string, mergedId: string, record: MergeRecord): Promise<void> {
  const where = (id: string) => and(eq(conversations.organizationId, tx.organizationId), eq(conversations.id, id));
  const talks = new Map(record.conversations.map((talk) => [talk.integrationId, talk]));
  for (const integrationId of await integrationsOf(tx, survivorId, mergedId, talks.keys())) {
    const talk = talks.get(integrationId);
    const [shared] = await tx.db
      .select()
      .from(conversations)
      .where(
        and(
          eq(conversations.organizationId, tx.organizationId),
          eq(conversations.integrationId, integrationId),
          eq(conversations.contactId, survivorId),
        ),
      )
      .for("update");
    const [own, other] = [await lastWords(tx, survivorId, integrationId), await lastWords(tx, mergedId, integrationId)];
    const wentOver = talk && !talk.into && !own.at;
    if (shared && wentOver) {
      await tx.db.update(conversations).set({ contactId: mergedId }).where(where(shared.id));
      continue;
    }
    const recorded = { inboundAt: momentOf(talk?.lastInboundAt), freeEntryUntil: momentOf(talk?.freeEntryUntil) };
    const inboundAt = later(recorded.inboundAt, other.inboundAt);
    if (shared) {
      const unread = Math.min(talk?.unread ?? 0, shared.unread);
      const isOthers = (at: Date | null, theirs: Date | null) => at !== null && at.getTime() === theirs?.getTime();
      await tx.db
        .update(conversations)
        .set({
          lastInboundAt: isOthers(shared.lastInboundAt, inboundAt) ? own.inboundAt : shared.lastInboundAt,
          freeEntryUntil: isOthers(shared.freeEntryUntil, recorded.freeEntryUntil) ? null : shared.freeEntryUntil,
          lastActivityAt: own.at ?? shared.lastActivityAt,
          unread: shared.unread - unread,
        })
        .where(where(shared.id));
    }
    if (!talk && !other.at) continue;
    await tx.db.insert(conversations).values({
      id: talk?.into ? talk.id : newId("cnv"),
      organizationId: tx.organizationId,
      integrationId,
      contactId: mergedId,
      lastInboundAt: inboundAt,
      freeEntryUntil: recorded.freeEntryUntil,
      closedAt: shared?.closedAt ?? null,
      lastActivityAt: later(momentOf(talk?.lastActivityAt), other.at) ?? tx.now,
      unread: Math.min(talk?.unread ?? 0, shared?.unread ?? 0),
      state: talk?.state === "closed" ? "closed" : "open",
      createdAt: momentOf(talk?.createdAt) ?? tx.now,
    });
  }
}

async function integrationsOf(tx: Ctx, survivorId: string, mergedId: string, recorded: Iterable<string>): Promise<string[]> {
  const rows = await tx.db
    .selectDistinct({ id: messages.integrationId })
    .from(messages)
    .where(and(eq(messages.organizationId, tx.organizationId), anyOf(messages.contactId, [survivorId, mergedId])));
  const living = await tx.db.execute<{ id: string }>(sql`
    select id from integrations where organization_id = ${tx.organizationId} and id = any(${sql.param([...recorded])}::text[])`);
  return [...new Set([...rows, ...living].map(({ id }) => id))].sort();
}

/** Meta opens no window for these. */
const OPENS_NOTHING: readonly string[] = ["reaction", "edited", "deleted", "system"];

/** How far back a message of the person is looked for; what is older opens no window. */
const LOOKED_THROUGH = 100;

/** The latest message in either direction, and the latest by which the person opened the window. */
async function lastWords(
  tx: Ctx,
  contactId: string,
  integrationId: string,
): Promise<{ at: Date | null; inboundAt: Date | null }> {
  const rows = await tx.db
    .select({
      at: messages.createdAt,
      direction: messages.direction,
      content: messages.content,
      timeline: messages.timeline,
    })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, tx.organizationId),
        eq(messages.contactId, contactId),
        eq(messages.integrationId, integrationId),
        isNull(messages.groupId),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(LOOKED_THROUGH);
  const word = rows.find(
    ({ direction, content, timeline }) =>
      direction === "incoming" && content !== null && !OPENS_NOTHING.includes(content.type) && timeline[0]?.source === "webhook",
  );
  return { at: rows[0]?.at ?? null, inboundAt: word?.at ?? null };
}

/** Each of the two is as near to Meta's limits as both were together. */
async function partBudgets(tx: Ctx, survivorId: string, mergedId: string, messageIds: readonly string[]): Promise<void> {
  const moved = sql`any(${sql.param([...messageIds])}::text[])`;
  await tx.db.execute(sql`
    insert into pairs (integration_id, contact_id, organization_id, paid_until, held_until, holds)
    select integration_id, ${mergedId}, organization_id, paid_until, held_until, holds from pairs
    where organization_id = ${tx.organizationId} and contact_id = ${survivorId}`);
  await tx.db.execute(sql`
    insert into outreach (organization_id, portfolio_id, contact_id, reserved_by, reserved_at, delivered_at)
    select organization_id, portfolio_id, ${mergedId}, reserved_by, reserved_at, delivered_at from outreach
    where organization_id = ${tx.organizationId} and contact_id = ${survivorId}
      and (reserved_by = ${moved} or delivered_at is not null)`);
  await tx.db.execute(sql`
    update outreach set reserved_by = null, reserved_at = null
    where organization_id = ${tx.organizationId}
      and (contact_id = ${survivorId} and reserved_by = ${moved} or contact_id = ${mergedId} and not reserved_by = ${moved})`);
}
