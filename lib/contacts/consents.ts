import "server-only";
import { and, desc, eq, lt } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { consents, contacts } from "@/db/schema/contacts";
import { audit } from "@/lib/audit";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { toPage } from "@/lib/http/paging";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { NO_CONSENT } from "./consent";
import type { ConsentEntry, ConsentLedger, ConsentPurpose, ConsentState, ConsentStatus } from "./schema";

const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** The present consent of each contact, as the ledger's triggers keep it. Contacts without a ledger are in the map too, with `none`. */
export async function consentStates(ctx: Ctx, contactIds: readonly string[]): Promise<Map<string, ConsentState>> {
  const states = new Map(contactIds.map((id) => [id, NO_CONSENT]));
  if (contactIds.length === 0) return states;
  const rows = await ctx.db
    .select(CONSENT)
    .from(contacts)
    .where(and(eq(contacts.organizationId, ctx.organizationId), anyOf(contacts.id, [...states.keys()])));
  for (const row of rows) states.set(row.id, toConsentState(row));
  return states;
}

const CONSENT = {
  id: contacts.id,
  consentMarketing: contacts.consentMarketing,
  consentUtility: contacts.consentUtility,
  consentAuthentication: contacts.consentAuthentication,
};

export function toConsentState(
  row: Pick<typeof contacts.$inferSelect, "consentMarketing" | "consentUtility" | "consentAuthentication">,
): ConsentState {
  return { marketing: row.consentMarketing, utility: row.consentUtility, authentication: row.consentAuthentication };
}

type ConsentWord = {
  contactId: string;
  phoneNumber: string | null;
  purpose: ConsentPurpose;
  status: ConsentStatus;
  /** Where it was heard: `web form`, `whatsapp keyword`, `meta`. */
  source: string;
  evidence?: string;
  wording?: string;
  occurredAt: Date;
};

/** Appends one entry to the ledger of a contact that is known to belong to the organization, in the transaction of `ctx`. */
export async function addConsent(ctx: Ctx, word: ConsentWord): Promise<ConsentEntry> {
  const aheadMs = word.occurredAt.getTime() - ctx.now.getTime();
  if (aheadMs > CLOCK_TOLERANCE_MS) {
    throw new AppError("validation_failed", "A consent cannot be given in the future", {
      details: [{ path: "occurredAt", message: "This moment has not come yet" }],
    });
  }
  const { phoneNumber, ...said } = word;
  const [row] = await ctx.db
    .insert(consents)
    .values({
      ...said,
      id: newId("cns"),
      organizationId: ctx.organizationId,
      // A clock that runs ahead must not make an entry newer than what is said after it.
      occurredAt: aheadMs > 0 ? ctx.now : word.occurredAt,
      recordedAt: ctx.now,
      recordedBy: ctx.actor.name,
    })
    .returning();
  if (!row) throw new Error("A consent could not be written.");
  await audit(
    ctx,
    "consent.recorded",
    { type: "contact", id: word.contactId },
    { consentId: row.id, purpose: row.purpose, status: row.status, source: row.source },
  );
  await announce(ctx.db, ctx.organizationId, ["contacts"]);
  return toEntry(row, phoneNumber);
}

export type LedgerPage = { cursor?: string; limit: number };

/** One page of a contact's ledger, newest entry first, with the state it adds up to. */
export async function readLedger(
  ctx: Ctx,
  contact: { id: string; phone: string | null },
  page: LedgerPage,
): Promise<ConsentLedger> {
  const rows = await ctx.db
    .select()
    .from(consents)
    .where(
      and(
        eq(consents.organizationId, ctx.organizationId),
        eq(consents.contactId, contact.id),
        page.cursor ? lt(consents.id, page.cursor) : undefined,
      ),
    )
    .orderBy(desc(consents.id))
    .limit(page.limit + 1);
  const states = await consentStates(ctx, [contact.id]);
  return {
    phoneNumber: contact.phone,
    contactId: contact.id,
    state: states.get(contact.id) ?? NO_CONSENT,
    ...toPage(rows, page.limit, (row) => toEntry(row, contact.phone)),
  };
}

function toEntry(row: typeof consents.$inferSelect, phoneNumber: string | null): ConsentEntry {
  return {
    id: row.id,
    contactId: row.contactId,
    phoneNumber,
    purpose: row.purpose,
    status: row.status,
    source: row.source,
    evidence: row.evidence,
    wording: row.wording,
    occurredAt: row.occurredAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
    recordedBy: row.recordedBy,
  };
}
