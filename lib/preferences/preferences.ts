import "server-only";
import { and, eq } from "drizzle-orm";
import type { Db } from "@/db/client";
import { contacts } from "@/db/schema/contacts";
import { countAttempt } from "@/lib/auth/attempts";
import { toConsentState } from "@/lib/contacts/consents";
import { getContactRow } from "@/lib/contacts/contacts";
import { contactLedger } from "@/lib/contacts/ledger";
import type { ContactRow } from "@/lib/contacts/list";
import { personOfPreferenceToken, preferenceLink } from "@/lib/contacts/preference-link";
import type { ConsentEntry } from "@/lib/contacts/schema";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { loadMessages } from "@/lib/i18n/catalogue";
import { newId } from "@/lib/ids";
import { recordWord } from "@/lib/messages/record-consent";
import { networkOf } from "@/lib/network";
import { getOrganization } from "@/lib/organizations/organizations";
import { PREFERENCE_PURPOSES, type PreferenceLink, type Preferences, type Receipt, type SavePreferences } from "./schema";

/** Somebody who has a link, and nothing else to prove. */
export type Visitor = { db: Db; requestId: string; ip: string | null; now: Date };

const QUARTER_HOUR_MS = 15 * 60_000;
/** A phone company has one address for a whole town; nobody guesses 132 bits so. */
const LOOKS = { limit: 600, windowMs: QUARTER_HOUR_MS };
const CHANGES = { limit: 20, windowMs: QUARTER_HOUR_MS };
const MOST_WORDS = 100;

const SOURCE = "preference page";

export async function linkToPreferences(ctx: Ctx, contactId: string): Promise<PreferenceLink> {
  const { id } = await getContactRow(ctx, contactId);
  return { url: preferenceLink({ contactId: id, organizationId: ctx.organizationId }) };
}

/** What the person of a link has agreed to. Throws `not_found` for a link that is none of ours, `too_many_attempts` for who asks without end. */
export async function openPreferences(visitor: Visitor, token: string): Promise<Preferences> {
  const ctx = await enter(visitor, token);
  return show(ctx, await getContactRow(ctx, ctx.actor.id));
}

/**
 * Writes what the person wants into the ledger, with the page's own wording, and takes back what waits for a purpose that was withdrawn.
 * What is as it was said before is not written again. Withdrawn from all is one word about everything.
 */
export async function savePreferences(
  visitor: Visitor,
  token: string,
  { language, ...wishes }: SavePreferences,
): Promise<Preferences> {
  const ctx = await enter(visitor, token);
  await countAttempt(visitor.db, `preferences of ${ctx.actor.id}`, CHANGES, visitor.now);
  const texts = (await loadMessages(language)).preferences.purposes;
  return inTransaction(ctx, async (tx) => {
    const contactId = ctx.actor.id;
    await tx.db
      .select({ id: contacts.id })
      .from(contacts)
      .where(and(eq(contacts.organizationId, tx.organizationId), eq(contacts.id, contactId)))
      .for("no key update");
    const state = toConsentState(await getContactRow(tx, contactId));
    const said = { contactId, source: SOURCE, evidence: `The person's own signed page, request ${tx.requestId}` };
    const isNothingWanted = PREFERENCE_PURPOSES.every((purpose) => wishes[purpose] === false);
    if (isNothingWanted) {
      const isAsBefore = PREFERENCE_PURPOSES.every((purpose) => state[purpose] === "opted_out");
      if (!isAsBefore) await recordWord(tx, { ...said, purpose: "all", status: "opted_out" });
    } else {
      for (const purpose of PREFERENCE_PURPOSES) {
        const wanted = wishes[purpose];
        if (wanted === undefined || state[purpose] === (wanted ? "opted_in" : "opted_out")) continue;
        const { title, description } = texts[purpose];
        await recordWord(tx, {
          ...said,
          purpose,
          status: wanted ? "opted_in" : "opted_out",
          ...(wanted && { wording: `${title}: ${description}` }),
        });
      }
    }
    return show(tx, await getContactRow(tx, contactId));
  });
}

export async function preferenceReceipt(visitor: Visitor, token: string): Promise<Receipt> {
  const ctx = await enter(visitor, token);
  const contact = await getContactRow(ctx, ctx.actor.id);
  const { name, id: organizationId } = await getOrganization(ctx);
  const words = await wordsOf(ctx);
  const state = toConsentState(contact);
  const texts = (await loadMessages("en")).preferences.purposes;
  return {
    receipt_metadata: {
      receipt_id: newId("rct", ctx.now.getTime()),
      receipt_schema_version: SCHEMA_VERSION,
      issued_at: ctx.now.toISOString(),
    },
    record_header: { schema_version: SCHEMA_VERSION, record_id: `consents of ${contact.id}`, pii_principal_id: contact.id },
    pii_processing: {
      withdrawal_method: preferenceLink({ contactId: contact.id, organizationId }),
      purposes: PREFERENCE_PURPOSES.map((purpose) => ({
        purpose,
        purpose_description: texts[purpose].description,
        lawful_basis: "consent" as const,
        pii_information: [{ pii_type: contact.phone ? "phone number" : "WhatsApp user id" }],
        pii_controllers: [organizationId],
        collection_method: "WhatsApp, this page, or as the event's notice says",
        state: state[purpose] === "none" ? null : stateOf(state[purpose]),
      })),
    },
    party_identification: [{ party_id: organizationId, party_role: "pii_controller" as const, party_name: name }],
    events: words.map(({ id, purpose, status, occurredAt, wording }) => ({
      event_id: id,
      event_time: occurredAt,
      event_type: "explicit" as const,
      event_state: stateOf(status),
      purposes: purpose === "all" ? [...PREFERENCE_PURPOSES] : [purpose],
      notice: wording,
    })),
  };
}

const SCHEMA_VERSION = "ISO/IEC TS 27560:2023";

const stateOf = (status: "opted_in" | "opted_out") => (status === "opted_in" ? "consent given" : "consent withdrawn");

/** A context of the person of the link in the organization that made it. */
async function enter({ db, requestId, ip, now }: Visitor, token: string): Promise<Ctx> {
  await countAttempt(db, `preference pages from ${ip ? networkOf(ip) : "nowhere"}`, LOOKS, now);
  const person = await personOfPreferenceToken(db, token);
  if (!person) throw new AppError("not_found", "This link does not lead to anybody's page");
  const { contactId, organizationId } = person;
  return { db, organizationId, actor: { type: "stranger", id: contactId, name: SOURCE }, scopes: [], requestId, ip, now };
}

async function show(ctx: Ctx, contact: ContactRow): Promise<Preferences> {
  const { name, timeZone } = await getOrganization(ctx);
  const words = await wordsOf(ctx);
  return {
    organizationName: name,
    timeZone,
    maskedPhone: contact.phone && masked(contact.phone),
    consent: toConsentState(contact),
    marketingStoppedAt: contact.marketingStoppedAt?.toISOString() ?? null,
    history: words.map(({ id, purpose, status, occurredAt, wording }) => ({ id, purpose, status, occurredAt, wording })),
  };
}

async function wordsOf(ctx: Ctx): Promise<ConsentEntry[]> {
  return (await contactLedger(ctx, ctx.actor.id, { limit: MOST_WORDS })).data;
}

/** `+905551234567` as `+90••••••••67`. */
function masked(phone: string): string {
  return `${phone.slice(0, 3)}${"•".repeat(Math.max(0, phone.length - 5))}${phone.slice(-2)}`;
}
