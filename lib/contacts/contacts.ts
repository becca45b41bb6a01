import "server-only";
import { and, eq, inArray } from "drizzle-orm";
import { contacts } from "@/db/schema/contacts";
import type { Ctx } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { announce } from "@/lib/live";
import { phoneCountry } from "@/lib/phone";
import { phoneIndex } from "./phone-index";

export type KnownContact = {
  id: string;
  phone: string;
  name: string | null;
  language: string | null;
  country: string | null;
  timeZone: string | null;
  marketingStoppedAt: Date | null;
};

const KNOWN = {
  id: contacts.id,
  phoneIndex: contacts.phoneIndex,
  name: contacts.name,
  language: contacts.language,
  country: contacts.country,
  timeZone: contacts.timeZone,
  marketingStoppedAt: contacts.marketingStoppedAt,
};

/** The contacts that already have one of these numbers (E.164), in one query. */
export async function findContacts(ctx: Ctx, phones: readonly string[]): Promise<Map<string, KnownContact>> {
  const wanted = new Map(phones.map((phone) => [phoneIndex(phone), phone]));
  if (wanted.size === 0) return new Map();
  const rows = await ctx.db
    .select(KNOWN)
    .from(contacts)
    .where(and(eq(contacts.organizationId, ctx.organizationId), inArray(contacts.phoneIndex, [...wanted.keys()])));
  const found = new Map<string, KnownContact>();
  for (const { phoneIndex: index, ...row } of rows) {
    const phone = index === null ? undefined : wanted.get(index);
    if (phone) found.set(phone, { ...row, phone });
  }
  return found;
}

/**
 * The contact of every number (E.164), made where there is none: three queries at most, whatever the count, and no
 * duplicates when two requests name the same new person at once.
 */
export async function ensureContacts(ctx: Ctx, phones: readonly string[]): Promise<Map<string, KnownContact>> {
  const found = await findContacts(ctx, phones);
  const missing = [...new Set(phones)].filter((phone) => !found.has(phone));
  if (missing.length === 0) return found;
  const added = await ctx.db
    .insert(contacts)
    .values(
      missing.map((phone) => ({
        id: newId("con"),
        organizationId: ctx.organizationId,
        phone,
        phoneIndex: phoneIndex(phone),
        country: phoneCountry(phone),
        createdAt: ctx.now,
        updatedAt: ctx.now,
      })),
    )
    .onConflictDoNothing()
    .returning({ id: contacts.id });
  for (const [phone, contact] of await findContacts(ctx, missing)) found.set(phone, contact);
  if (added.length > 0) await announce(ctx.db, ctx.organizationId, ["contacts"]);
  return found;
}
