import "server-only";
import { and, eq, gte, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { messages } from "@/db/schema/messages";
import { phoneOfWaId } from "@/lib/contacts/addresses";
import { getConsentSettings } from "@/lib/contacts/consent-settings";
import { type Named, resolvePeople } from "@/lib/contacts/people";
import { recordSpokenWords } from "@/lib/contacts/spoken";
import { type OwnWords, spokenWish } from "@/lib/contacts/stop-words";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { firstIdAt, newId } from "@/lib/ids";
import { blindIndex, seal } from "@/lib/keyring";
import { announceSoon } from "@/lib/live";
import { expectFiles, removeFilesOf, wakeFetching, withFileId } from "@/lib/media/incoming";
import { cancelWithdrawn } from "@/lib/messages/cancel-waiting";
import { confirmStops, dropConfirmations } from "@/lib/messages/confirm-stops";
import { noteActivity } from "@/lib/messages/conversation-activity";
import type { InboundEnvelope, TimelineStep } from "@/lib/messages/schema";
import { errorLabel } from "@/lib/transient";
import { wake } from "@/lib/wake";
import type { MessageContent } from "@/lib/whatsapp/content";
import { summaryOf } from "@/lib/whatsapp/content-words";

/** A message, or a call, that Meta told of. */
export type Heard = {
  integrationId: string;
  direction: "incoming" | "echo";
  wamid: string;
  at: Date | null;
  person: Named;
  content: MessageContent;
  envelope: InboundEnvelope;
  /** The message that it answers, edits, deletes or reacts to, by Meta's id. */
  target: string | null;
  /** Whether it opens the 24-hour window. */
  opensWindow: boolean;
  /** Written now; not so what an onboarding hands over of the past. */
  isNews: boolean;
};

type Row = Heard & { at: Date; contactId: string; id: string; wamidIndex: string };

/**
 * Keeps what others wrote, in batches: each message once (by Meta's id and number), its person, its conversation with window and
 * unread count, and what a word of the person means for his consent, all in one transaction. What names nobody is left out.
 * The same messages in another order, or twice, end the same. A hundred cost as many statements as one.
 */
export async function receiveMessages(ctx: Ctx, heard: readonly Heard[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await receiveOnce(ctx, heard);
    } catch (error) {
      // Two contacts proved to be one person meanwhile.
      if (attempt >= MOST_ATTEMPTS || !errorLabel(error).endsWith(FOREIGN_KEY_VIOLATION)) throw error;
    }
  }
}

const MOST_ATTEMPTS = 3;
const FOREIGN_KEY_VIOLATION = "23503";

async function receiveOnce(ctx: Ctx, heard: readonly Heard[]): Promise<void> {
  const people = await resolvePeople(
    ctx,
    heard.map(({ person }) => person),
  );
  const rows = new Map<string, Row>();
  const sequence = new Map<string, number>();
  for (const [i, one] of heard.entries()) {
    const contactId = people[i];
    if (!contactId) continue;
    const wamidIndex = blindIndex("messages.wamid", one.wamid);
    // A time that has not come yet would hold the window open too long.
    const at = one.at && one.at < ctx.now ? one.at : ctx.now;
    // Meta's times have whole seconds: within one, the order of the body is kept.
    const place = sequence.get(contactId) ?? 0;
    sequence.set(contactId, place + 1);
    const id = newId("msg", at.getTime() + Math.min(place, 999));
    rows.set(`${one.integrationId} ${wamidIndex}`, { ...one, content: withFileId(one.content), at, contactId, id, wamidIndex });
  }
  if (rows.size === 0) return;
  // In one order, so that two processes cannot wait for each other.
  const sorted = [...rows.values()].sort((a, b) => (a.wamidIndex < b.wamidIndex ? -1 : 1));
  const { hasFiles, confirmedBy } = await inTransaction(ctx, async (tx) => {
    const added = await addRows(tx, sorted);
    const fresh = sorted.filter(({ id }) => added.has(id));
    if (fresh.length === 0) return { hasFiles: false, confirmedBy: [] };
    const expected = await expectFiles(
      tx,
      fresh.map(({ id: messageId, ...row }) => ({ messageId, ...row })),
    );
    await touchConversations(
      tx,
      fresh.filter(({ envelope }) => !envelope.groupId),
    );
    await deleteContents(tx, fresh);
    return { hasFiles: expected, confirmedBy: await obeyWords(tx, fresh) };
  });
  for (const integrationId of confirmedBy) wake({ kind: "messages", integrationId, organizationId: ctx.organizationId });
  if (hasFiles) wakeFetching();
  announceSoon(ctx.organizationId, ["messages", "contacts"]);
}

/** Answers the ids of those that were not known. */
async function addRows(tx: Ctx, rows: readonly Row[]): Promise<Set<string>> {
  const values = rows.map((row) => {
    const at = row.at.toISOString();
    const timeline: TimelineStep[] = [{ step: "received", at, source: row.isNews ? "webhook" : "history" }];
    return {
      id: row.id,
      integration_id: row.integrationId,
      contact_id: row.contactId,
      direction: row.direction,
      recipient: seal("messages.recipient", (row.person.waId && phoneOfWaId(row.person.waId)) || row.person.userId || ""),
      content: seal("messages.content", JSON.stringify(row.content)),
      envelope: seal("messages.envelope", JSON.stringify(row.envelope)),
      group_id: row.envelope.groupId ?? null,
      reply_to_index: row.target === null ? null : blindIndex("messages.wamid", row.target),
      wamid: seal("messages.wamid", row.wamid),
      wamid_index: row.wamidIndex,
      timeline,
      at,
      created_by: row.direction === "echo" ? "whatsapp_app" : "person",
    };
  });
  const added = await tx.db.execute<{ id: string }>(sql`
    insert into messages (id, organization_id, integration_id, contact_id, direction, recipient, content, envelope, group_id,
      reply_to_index, wamid, wamid_index, purpose, priority, status, due_at, timeline, created_by, created_at)
    select r.id, ${tx.organizationId}, r.integration_id, r.contact_id, r.direction, r.recipient, r.content, r.envelope, r.group_id,
      r.reply_to_index, r.wamid, r.wamid_index, 'service', 0, 'received', r.at, r.timeline, r.created_by, r.at
    from jsonb_to_recordset((${JSON.stringify(values)}::text)::jsonb) as r(
      id text, integration_id text, contact_id text, direction text, recipient text, content text, envelope text, group_id text,
      reply_to_index text, wamid text, wamid_index text, timeline jsonb, at timestamptz, created_by text)
    on conflict (integration_id, wamid_index) where wamid_index is not null do nothing
    returning id`);
  return new Set(added.map(({ id }) => id));
}

/** What does not ask to be read. */
const SILENT: readonly MessageContent["type"][] = ["reaction", "edited", "deleted", "system"];

function touchConversations(tx: Ctx, rows: readonly Row[]): Promise<void> {
  return noteActivity(
    tx,
    rows.map(({ integrationId, contactId, at, opensWindow, isNews, direction, content }) => ({
      integrationId,
      contactId,
      at,
      inboundAt: opensWindow ? at : null,
      unread: isNews && direction === "incoming" && !SILENT.includes(content.type) ? 1 : 0,
    })),
  );
}

/** Somebody may take a message back for this long. Source: Meta, "Revoke", 2026. */
const REVOCABLE_MS = 3 * 24 * 60 * 60_000;

/** A deleted message loses its content, whichever of the two is told first. */
async function deleteContents(tx: Ctx, rows: readonly Row[]): Promise<void> {
  const revokes = rows.filter(({ content }) => content.type === "deleted");
  const earlier = await findRevoked(
    tx,
    rows.filter(({ content }) => content.type !== "deleted"),
  );
  const gone = [
    ...revokes.flatMap(({ target, contactId, integrationId }) =>
      target === null ? [] : [{ wamidIndex: blindIndex("messages.wamid", target), contactId, integrationId }],
    ),
    ...earlier,
  ];
  if (gone.length === 0) return;
  const content = seal("messages.content", JSON.stringify({ type: "deleted", original: null } satisfies MessageContent));
  const emptied = await tx.db.execute<{ id: string }>(sql`
    update messages m set content = ${content}, envelope = null
    from jsonb_to_recordset((${JSON.stringify(gone)}::text)::jsonb) as u("wamidIndex" text, "contactId" text, "integrationId" text)
    where m.organization_id = ${tx.organizationId} and m.integration_id = u."integrationId" and m.wamid_index = u."wamidIndex"
      and m.contact_id = u."contactId" and m.status = 'received' returning m.id`);
  await removeFilesOf(
    tx,
    emptied.map(({ id }) => id),
  );
}

async function findRevoked(tx: Ctx, rows: readonly Row[]) {
  const oldest = rows.reduce<Date | null>((min, { at }) => (min === null || at < min ? at : min), null);
  if (oldest === null || tx.now.getTime() - oldest.getTime() > REVOCABLE_MS) return [];
  const found = await tx.db
    .select({ index: messages.replyToIndex, content: messages.content })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, tx.organizationId),
        anyOf(messages.contactId, [...new Set(rows.map(({ contactId }) => contactId))]),
        anyOf(
          messages.replyToIndex,
          rows.map(({ wamidIndex }) => wamidIndex),
        ),
        // A message is deleted after it was written.
        gte(messages.id, firstIdAt("msg", oldest)),
        sql`${messages.status} = 'received'`,
      ),
    );
  const revoked = new Set(found.flatMap(({ index, content }) => (content?.type === "deleted" ? (index ?? []) : [])));
  return rows
    .filter(({ wamidIndex }) => revoked.has(wamidIndex))
    .map(({ wamidIndex, contactId, integrationId }) => ({ wamidIndex, contactId, integrationId }));
}

/**
 * In effect before anything else leaves: what waits for somebody who withdrew is taken back in the same transaction. One confirmation
 * goes to whom it is news: answers the numbers through which.
 */
async function obeyWords(tx: Ctx, rows: readonly Row[]): Promise<string[]> {
  const candidates = rows.filter(
    (row) => row.direction === "incoming" && row.isNews && !row.envelope.groupId && mayBeWish(row.content),
  );
  if (candidates.length === 0) return [];
  const settings = await getConsentSettings(tx);
  const words = candidates.flatMap((row) => {
    const [text, wish] = wishOf(row.content, settings.words);
    if (wish === null) return [];
    const { contactId, integrationId, at, id, wamid } = row;
    return [{ contactId, integrationId, wish, text, at, messageId: id, wamid }];
  });
  if (words.length === 0) return [];
  const withdrawn = await recordSpokenWords(tx, words);
  await cancelWithdrawn(tx, withdrawn);
  await dropConfirmations(
    tx,
    words.flatMap(({ contactId, wish }) => (wish === "start" ? [contactId] : [])),
  );
  return settings.confirmStops ? confirmStops(tx, withdrawn, settings.confirmations) : [];
}

function mayBeWish(content: MessageContent): boolean {
  return content.type === "text" || content.type === "reply" || content.type === "edited";
}

function wishOf(content: MessageContent, own: OwnWords): [text: string, wish: ReturnType<typeof spokenWish>] {
  if (content.type === "edited") return content.content ? wishOf(content.content, own) : ["", null];
  const text = summaryOf(content);
  if (content.type === "text") return [text, spokenWish(text, own)];
  if (content.type !== "reply" || content.to === "flow" || content.to === "call_permission") return ["", null];
  return [text, spokenWish(text, own) ?? spokenWish(content.payload ?? "", own)];
}
