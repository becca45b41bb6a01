import "server-only";
import { createHmac, timingSafeEqual } from "node:crypto";
import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "@/db/client";
import { contactMerges, contacts } from "@/db/schema/contacts";
import { publicUrl } from "@/lib/env";
import { derivedSecret } from "@/lib/keyring";

/** Whose page a link opens. */
export type PreferencePerson = { contactId: string; organizationId: string };

const SHAPE = /^([0-9A-HJKMNP-TV-Z]{26})([A-Za-z0-9_-]{22})$/;
/** As in `newId`. */
const PREFIX = "con_";

/** The address of a person's own page. It opens for whoever has it, so it belongs into messages to this person alone. It does not end. */
export function preferenceLink({ contactId, organizationId }: PreferencePerson): string {
  return `${publicUrl()}/preferences/${contactId.slice(PREFIX.length)}${signatureOf({ contactId, organizationId })}`;
}

/**
 * Whose page a token opens, as the contact is known today; null for a token that we did not sign, and when the person was erased.
 * A contact that became part of another one opens the other's.
 */
export async function personOfPreferenceToken(db: Db, token: string): Promise<PreferencePerson | null> {
  const [, id = "", given = ""] = SHAPE.exec(token) ?? [];
  if (!id) return null;
  const contactId = `${PREFIX}${id}`;
  const organizationId = (await organizationOf(db, contactId)) ?? "";
  const expected = Buffer.from(signatureOf({ contactId, organizationId }));
  if (!timingSafeEqual(expected, Buffer.from(given)) || organizationId === "") return null;
  return survivorOf(db, { contactId, organizationId });
}

async function organizationOf(db: Db, contactId: string): Promise<string | undefined> {
  const [own] = await db.select({ id: contacts.organizationId }).from(contacts).where(eq(contacts.id, contactId));
  if (own) return own.id;
  const [merged] = await db
    .select({ id: contactMerges.organizationId })
    .from(contactMerges)
    .where(and(eq(contactMerges.mergedId, contactId), isNull(contactMerges.undoneAt)));
  return merged?.id;
}

/** More merges than this in a row would be a circle. */
const MOST_MERGES = 20;

async function survivorOf(db: Db, person: PreferencePerson): Promise<PreferencePerson | null> {
  let { contactId } = person;
  for (let i = 0; i < MOST_MERGES; i += 1) {
    const ofOrganization = eq(contacts.organizationId, person.organizationId);
    const [present] = await db
      .select({ id: contacts.id })
      .from(contacts)
      .where(and(ofOrganization, eq(contacts.id, contactId)));
    if (present) return { ...person, contactId };
    const [merge] = await db
      .select({ into: contactMerges.survivorId })
      .from(contactMerges)
      .where(
        and(
          eq(contactMerges.organizationId, person.organizationId),
          eq(contactMerges.mergedId, contactId),
          isNull(contactMerges.undoneAt),
        ),
      );
    if (!merge) return null;
    contactId = merge.into;
  }
  return null;
}

function signatureOf({ contactId, organizationId }: PreferencePerson): string {
  return createHmac("sha256", derivedSecret("preference links"))
    .update(`${organizationId}\0${contactId}`)
    .digest("base64url")
    .slice(0, 22);
}
