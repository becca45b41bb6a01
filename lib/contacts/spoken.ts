import "server-only";
import { and, asc, eq } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { consents, contacts } from "@/db/schema/contacts";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { deriveConsent } from "./consent";
import type { ConsentPurpose, ConsentState } from "./schema";
import type { SpokenWish } from "./stop-words";

/** A person's own message that withdraws or gives consent. `at` is Meta's time of it; `messageId` sorts those told of at once. */
export type SpokenWord = { contactId: string; wish: SpokenWish; text: string; at: Date; messageId: string; wamid: string };

/** A withdrawal that is in effect. `isNews`: the person had not withdrawn from it before. */
export type Withdrawal<W extends SpokenWord = SpokenWord> = {
  contactId: string;
  purpose: ConsentPurpose;
  word: W;
  isNews: boolean;
};

const SOURCE = "whatsapp message";
/** What was recorded so shortly after a message was written counts as recorded before: nobody can tell which came first. */
const SAME_MOMENT_MS = 2 * 60_000;

type Entry = Pick<typeof consents.$inferInsert, "contactId" | "purpose" | "status" | "occurredAt" | "recordedAt"> & {
  id: string;
  evidence: string | null;
};

/**
 * Writes what people said in messages of their own into the ledger, the message as evidence, and answers whose waiting messages
 * must not leave any more. A stop withdraws from everything; a start gives back what a stop took, or all where nothing was
 * given before, and does nothing for somebody who never stopped. In whatever order the messages come, the one written last
 * counts, of two within one second the one that came last; against what was recorded at the same moment, the person's own word does.
 */
export async function recordSpokenWords<W extends SpokenWord>(ctx: Ctx, words: readonly W[]): Promise<Withdrawal<W>[]> {
  if (words.length === 0) return [];
  await lockPeople(ctx, [...new Set(words.map(({ contactId }) => contactId))]);
  const ledgers = await readLedgers(ctx, [...new Set(words.map(({ contactId }) => contactId))]);
  const added: Entry[] = [];
  const stopped: Withdrawal<W>[] = [];
  for (const word of [...words].sort((a, b) => (a.messageId < b.messageId ? -1 : 1))) {
    const ledger = ledgers.get(word.contactId) ?? [];
    const purposes = purposesOf(word, ledger);
    const before = deriveConsent(ledger);
    for (const purpose of purposes) {
      const entry: Entry = {
        id: newId("cns"),
        contactId: word.contactId,
        purpose,
        status: word.wish === "start" ? "opted_in" : "opted_out",
        occurredAt: countsFrom(word, ledger),
        recordedAt: ctx.now,
        evidence: evidenceOf(word),
      };
      added.push(entry);
      ledger.push(entry);
    }
    ledgers.set(word.contactId, ledger);
    if (word.wish === "start") continue;
    stopped.push(
      ...purposes.map((purpose) => ({ contactId: word.contactId, purpose, word, isNews: !isWithdrawn(before, purpose) })),
    );
  }
  if (added.length === 0) return [];
  await ctx.db
    .insert(consents)
    .values(added.map((entry) => ({ ...entry, organizationId: ctx.organizationId, source: SOURCE, recordedBy: ctx.actor.name })));
  await announce(ctx.db, ctx.organizationId, ["contacts"]);
  return stopped.filter(({ contactId, purpose }) => isWithdrawn(deriveConsent(ledgers.get(contactId) ?? []), purpose));
}

function isWithdrawn(state: ConsentState, purpose: ConsentPurpose): boolean {
  return purpose === "all" ? Object.values(state).every((status) => status === "opted_out") : state[purpose] === "opted_out";
}

/** Two words of one person to two numbers are read one after the other, so that the second one finds the first. */
async function lockPeople(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  await ctx.db
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(eq(contacts.organizationId, ctx.organizationId), anyOf(contacts.id, contactIds)))
    .orderBy(asc(contacts.id))
    .for("no key update");
}

async function readLedgers(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, Entry[]>> {
  const rows = await ctx.db
    .select({
      id: consents.id,
      contactId: consents.contactId,
      purpose: consents.purpose,
      status: consents.status,
      occurredAt: consents.occurredAt,
      recordedAt: consents.recordedAt,
      source: consents.source,
      evidence: consents.evidence,
    })
    .from(consents)
    .where(and(eq(consents.organizationId, ctx.organizationId), anyOf(consents.contactId, contactIds)))
    .orderBy(asc(consents.id));
  const ledgers = new Map<string, Entry[]>();
  for (const { source, evidence, ...row } of rows) {
    const ledger = ledgers.get(row.contactId) ?? [];
    ledger.push({ ...row, evidence: source === SOURCE ? evidence : null });
    ledgers.set(row.contactId, ledger);
  }
  return ledgers;
}

function evidenceOf({ text, messageId, wamid, at }: SpokenWord): string {
  return `${text}\n${messageId} ${wamid} ${at.toISOString()}`;
}

/** The message of the person's own that an entry rests on. */
export function messageIn(evidence: string | null): string | null {
  return /\bmsg_[0-9A-Z]{26}\b/.exec(evidence ?? "")?.[0] ?? null;
}

const isSpoken = (entry: Entry) => messageIn(entry.evidence) !== null;

/** When the person wrote what an entry rests on; null for an entry that rests on something else. */
function writtenAt(entry: Entry): number | null {
  return isSpoken(entry) ? Date.parse(/\S+$/.exec(entry.evidence ?? "")?.[0] ?? "") : null;
}

function purposesOf(word: SpokenWord, ledger: readonly Entry[]): ConsentPurpose[] {
  if (word.wish === "stop") return ["all"];
  if (word.wish === "stop_offers") return ["marketing"];
  if (!ledger.some(({ status }) => status === "opted_out")) return [];
  const before = deriveConsent(ledger.filter((entry) => !(isSpoken(entry) && entry.status === "opted_out")));
  const given = (["marketing", "utility", "authentication"] as const).filter((purpose) => before[purpose] === "opted_in");
  return given.length === 0 || given.length === 3 ? ["all"] : given;
}

/** Its own time, or that of what was recorded at the same moment; a later word of the person keeps the last say. */
function countsFrom({ at }: SpokenWord, ledger: readonly Entry[]): Date {
  const isSuperseded = ledger.some((entry) => (writtenAt(entry) ?? 0) > at.getTime());
  if (isSuperseded) return at;
  const rivals = ledger.map(({ occurredAt }) => occurredAt.getTime()).filter((ms) => ms <= at.getTime() + SAME_MOMENT_MS);
  return new Date(Math.max(at.getTime(), ...rivals));
}
