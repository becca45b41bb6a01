import "server-only";
import { sql } from "drizzle-orm";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { seal } from "@/lib/keyring";
import { announceSoon } from "@/lib/live";
import { phoneCountry } from "@/lib/phone";
import { type Address, phoneOfWaId, toAddress } from "./addresses";
import { foldName } from "./fold";
import { mergeContacts } from "./merge";
import { cleanName } from "./names";

/** How somebody was named: by Meta, in any number of ways at once, or by a person who typed a number (E.164). */
export type Named = {
  contactId?: string | null | undefined;
  phone?: string | null | undefined;
  /** Digits, with or without `+`, as Meta writes them. */
  waId?: string | null | undefined;
  userId?: string | null | undefined;
  parentUserId?: string | null | undefined;
  username?: string | null | undefined;
  profileName?: string | null | undefined;
};

type Sighting = {
  contactId: string | null;
  /** Phone, `wa_id` and user id tell who it is. */
  identities: Address[];
  /** A parent id and a username may pass to somebody else: they find a person only when nothing better is named. */
  hints: Address[];
  phone: string | null;
  userId: string | null;
  name: string | null;
};
type Holder = { contactId: string; isNameless: boolean; lacksPhone: boolean; lacksUserId: boolean };
type Group = { sightings: Sighting[]; places: number[]; holders: Map<string, Holder>; knows: Set<string> };

const MOST_ATTEMPTS = 10;

/** Somebody else wrote down one of these people at the same moment. */
class Raced extends Error {}

/**
 * The contact of each person named, in the order given; null where nothing names anybody. One address that is known finds the
 * person, the others are learned; who is not known is added; contacts that prove to be one person are merged. What order people
 * are seen in, and how many processes see them at once, makes no difference to who is whom. One statement for hundreds when
 * nothing is new, a handful otherwise.
 */
export async function resolvePeople(ctx: Ctx, named: readonly Named[]): Promise<(string | null)[]> {
  const sightings = named.map((one) => readSighting(ctx.organizationId, one));
  for (let attempt = 1; ; attempt += 1) {
    const groups = groupSightings(sightings, await readHolders(ctx, sightings), await readAnchors(ctx, sightings));
    if (groups.every(isSettled)) return idsOf(groups, named.length);
    try {
      const ids = await inTransaction(ctx, (tx) => settle(tx, groups));
      announceSoon(ctx.organizationId, ["contacts"]);
      return idsOf(groups, named.length, ids);
    } catch (error) {
      if (attempt >= MOST_ATTEMPTS || !isRace(error)) throw error;
    }
  }
}

/** The contacts that are known by what is named, in the order given; nobody is added. */
export async function findPeople(ctx: Ctx, named: readonly Named[]): Promise<(string | null)[]> {
  const sightings = named.map((one) => readSighting(ctx.organizationId, one));
  return idsOf(groupSightings(sightings, await readHolders(ctx, sightings), await readAnchors(ctx, sightings)), named.length);
}

export type Taught = { contactId?: string; phone?: string; waId?: string | null; userId?: string | null };

/**
 * What Meta's answer to a message tells about its recipient: the `wa_id` may differ from the number that was written to, and a
 * user id may come with it. Costs nothing where nothing differs.
 */
export async function teachAddresses(ctx: Ctx, taught: readonly Taught[]): Promise<void> {
  const news = taught.filter(
    ({ phone, waId, userId }) => userId || (waId && waId.replace(/^\+/, "") !== phone?.replace(/^\+/, "")),
  );
  if (news.length > 0) await resolvePeople(ctx, news);
}

function readSighting(organizationId: string, named: Named): Sighting {
  const identities: Address[] = [];
  const waId = named.waId?.trim().replace(/^\+/, "") || null;
  const waPhone = waId ? phoneOfWaId(waId) : null;
  // What a message was sent to may be a user id, which is no number.
  const typed = named.phone?.startsWith("+") ? named.phone : null;
  const phone = typed ?? waPhone;
  const add = (into: Address[], kind: Address["kind"], value: string | null | undefined) => {
    if (!value?.trim()) return;
    const address = toAddress(organizationId, kind, value.trim());
    if (!into.some((one) => keyOf(one) === keyOf(address))) into.push(address);
  };
  add(identities, "phone", typed);
  add(identities, "phone", waPhone);
  if (waId && `+${waId}` !== phone) add(identities, "wa_id", waId);
  add(identities, "user_id", named.userId);
  const hints: Address[] = [];
  add(hints, "parent_user_id", named.parentUserId);
  add(hints, "username", named.username);
  return {
    contactId: named.contactId ?? null,
    identities,
    hints,
    phone: phone ?? null,
    userId: named.userId?.trim() || null,
    name: cleanName(named.profileName),
  };
}

const keyOf = ({ kind, index }: Pick<Address, "kind" | "index">) => `${kind} ${index}`;

/** By what a sighting is recognized. */
function marksOf({ contactId, identities, hints }: Sighting): Address[] {
  return contactId || identities.length > 0 ? identities : hints;
}

async function readHolders(ctx: Ctx, sightings: readonly Sighting[]): Promise<Map<string, Holder>> {
  const asked = [...new Map(sightings.flatMap((one) => [...one.identities, ...one.hints]).map((a) => [keyOf(a), a])).values()];
  if (asked.length === 0) return new Map();
  const rows = await ctx.db.execute<Holder & { kind: Address["kind"]; index: string }>(sql`
    select a.kind, a.value_index as index, c.id as "contactId", c.name_folded = '' as "isNameless",
      c.phone is null as "lacksPhone", c.user_id is null as "lacksUserId"
    from unnest(${sql.param(asked.map((a) => a.kind))}::text[], ${sql.param(asked.map((a) => a.index))}::text[]) as k(kind, value_index)
    join contact_addresses a on a.organization_id = ${ctx.organizationId} and a.kind = k.kind and a.value_index = k.value_index
    join contacts c on c.id = a.contact_id`);
  return new Map(rows.map(({ kind, index, ...holder }) => [keyOf({ kind, index }), holder]));
}

async function readAnchors(ctx: Ctx, sightings: readonly Sighting[]): Promise<Map<string, Holder>> {
  const ids = [...new Set(sightings.flatMap(({ contactId }) => contactId ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await ctx.db.execute<Holder>(sql`
    select c.id as "contactId", c.name_folded = '' as "isNameless", c.phone is null as "lacksPhone", c.user_id is null as "lacksUserId"
    from contacts c where c.organization_id = ${ctx.organizationId} and c.id = any(${sql.param(ids)}::text[])`);
  return new Map(rows.map((row) => [row.contactId, row]));
}

/** Parts the sightings into people: whoever shares a mark, or a contact that holds one, is the same person. */
function groupSightings(
  sightings: readonly Sighting[],
  holders: ReadonlyMap<string, Holder>,
  anchors: ReadonlyMap<string, Holder>,
): Group[] {
  const groupOf = new Map<string, Group>();
  const groups = new Set<Group>();
  for (const [place, sighting] of sightings.entries()) {
    const marks = marksOf(sighting);
    const found = marks.flatMap((mark) => holders.get(keyOf(mark)) ?? []);
    const anchor = sighting.contactId ? anchors.get(sighting.contactId) : undefined;
    if (anchor) found.push(anchor);
    if (marks.length === 0 && !anchor) continue;
    const names = [...marks.map(keyOf), ...found.map(({ contactId }) => contactId)];
    const group: Group = {
      sightings: [sighting],
      places: [place],
      holders: new Map(found.map((holder) => [holder.contactId, holder])),
      knows: new Set(),
    };
    for (const one of [...sighting.identities, ...sighting.hints]) {
      const holder = holders.get(keyOf(one));
      if (holder && group.holders.has(holder.contactId)) group.knows.add(keyOf(one));
    }
    for (const other of new Set(names.flatMap((name) => groupOf.get(name) ?? []))) {
      groups.delete(other);
      group.sightings.unshift(...other.sightings);
      group.places.unshift(...other.places);
      for (const [id, holder] of other.holders) group.holders.set(id, holder);
      for (const key of other.knows) group.knows.add(key);
      for (const [name, owner] of groupOf) if (owner === other) groupOf.set(name, group);
    }
    for (const name of names) groupOf.set(name, group);
    groups.add(group);
  }
  return [...groups];
}

const addressesOf = ({ sightings }: Group) => sightings.flatMap(({ identities, hints }) => [...identities, ...hints]);
const nameOf = ({ sightings }: Group) => sightings.findLast(({ name }) => name !== null)?.name ?? null;
const phoneOf = ({ sightings }: Group) => sightings.find(({ phone }) => phone !== null)?.phone ?? null;
const userIdOf = ({ sightings }: Group) => sightings.findLast(({ userId }) => userId !== null)?.userId ?? null;

/** True when the database says all of this already. */
function isSettled(group: Group): boolean {
  const [holder, second] = group.holders.values();
  if (!holder || second) return false;
  if (holder.isNameless && nameOf(group) !== null) return false;
  return addressesOf(group).every((address) => group.knows.has(keyOf(address)));
}

function idsOf(groups: readonly Group[], count: number, settled?: ReadonlyMap<Group, string>): (string | null)[] {
  const ids: (string | null)[] = new Array(count).fill(null);
  for (const group of groups) {
    const id = settled?.get(group) ?? survivorOf(group);
    for (const place of group.places) ids[place] = id;
  }
  return ids;
}

/** The contact that is known longest stays. */
function survivorOf({ holders }: Group): string | null {
  return [...holders.keys()].sort()[0] ?? null;
}

function isRace(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } }).cause?.code;
  return error instanceof Raced || code === "40P01" || code === "23505" || code === "23503";
}

async function settle(tx: Ctx, groups: readonly Group[]): Promise<Map<Group, string>> {
  const unsettled = groups.filter((group) => !isSettled(group));
  await lockContacts(tx, [...new Set(unsettled.flatMap(({ holders }) => [...holders.keys()]))].sort());
  const ids = new Map<Group, string>();
  for (const group of unsettled) {
    const survivor = survivorOf(group) ?? newId("con");
    ids.set(group, survivor);
    for (const id of [...group.holders.keys()].sort()) if (id !== survivor) await mergeContacts(tx, survivor, id);
  }
  await addContacts(tx, unsettled, ids);
  await learnAddresses(tx, unsettled, ids);
  await fillIn(tx, unsettled, ids);
  return ids;
}

/** In one order, so that two processes cannot wait for each other. */
async function lockContacts(tx: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.db.execute(sql`
    select c.id from contacts c where c.organization_id = ${tx.organizationId} and c.id = any(${sql.param(ids)}::text[])
    order by c.id for no key update`);
  if (rows.length < ids.length) throw new Raced();
}

async function addContacts(tx: Ctx, groups: readonly Group[], ids: ReadonlyMap<Group, string>): Promise<void> {
  const rows = groups
    .filter(({ holders }) => holders.size === 0)
    .map((group) => {
      const phone = phoneOf(group);
      const userId = userIdOf(group);
      return {
        id: ids.get(group),
        phone: phone && seal("contacts.phone", phone),
        userId: userId && seal("contacts.user_id", userId),
        ...folded(nameOf(group)),
        country: (phone && phoneCountry(phone)) ?? userIdCountry(userId),
      };
    });
  if (rows.length === 0) return;
  await tx.db.execute(sql`
    insert into contacts (id, organization_id, phone, user_id, name, name_folded, country, created_at, updated_at)
    select r.id, ${tx.organizationId}, r.phone, r."userId", r.name, r.folded, r.country, ${tx.now.toISOString()}::timestamptz, ${tx.now.toISOString()}::timestamptz
    from jsonb_to_recordset((${JSON.stringify(rows)}::text)::jsonb) as r(id text, phone text, "userId" text, name text, folded text, country text)`);
}

function folded(name: string | null) {
  return { name, folded: foldName(name ?? "") };
}

/** `TR.1122334455`: Meta begins a user id with the country. */
function userIdCountry(userId: string | null): string | null {
  return /^([A-Z]{2})\./.exec(userId ?? "")?.[1] ?? null;
}

async function learnAddresses(tx: Ctx, groups: readonly Group[], ids: ReadonlyMap<Group, string>): Promise<void> {
  const rowsOf = (pick: (sighting: Sighting) => Address[]) => {
    const rows = new Map<string, { kind: string; index: string; value: string; contactId: string | undefined }>();
    for (const group of groups)
      for (const address of group.sightings.flatMap(pick)) {
        if (group.knows.has(keyOf(address)) && group.holders.size > 0) continue;
        rows.set(keyOf(address), {
          kind: address.kind,
          index: address.index,
          value: seal("contact_addresses.value", address.value),
          contactId: ids.get(group),
        });
      }
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  };
  const insert = (rows: readonly object[]) => sql`
    insert into contact_addresses (organization_id, kind, value_index, value, contact_id)
    select ${tx.organizationId}, r.kind, r.index, r.value, r."contactId"
    from jsonb_to_recordset((${JSON.stringify(rows)}::text)::jsonb) as r(kind text, index text, value text, "contactId" text)`;

  const identities = rowsOf((sighting) => sighting.identities);
  if (identities.length > 0) {
    const added = await tx.db.execute(sql`${insert(identities)} on conflict do nothing returning 1`);
    if (added.length < identities.length) throw new Raced();
  }
  const hints = rowsOf((sighting) => sighting.hints);
  if (hints.length > 0)
    await tx.db.execute(
      sql`${insert(hints)} on conflict (organization_id, kind, value_index) do update set contact_id = excluded.contact_id, value = excluded.value`,
    );
}

/** Gives people who were known already what they lacked: a number, a user id, a name that can be read. */
async function fillIn(tx: Ctx, groups: readonly Group[], ids: ReadonlyMap<Group, string>): Promise<void> {
  const rows = groups
    .filter(({ holders }) => holders.size > 0)
    .map((group) => {
      const phone = phoneOf(group);
      const userId = userIdOf(group);
      return {
        id: ids.get(group),
        phone: phone && seal("contacts.phone", phone),
        userId: userId && seal("contacts.user_id", userId),
        ...folded(nameOf(group)),
        country: (phone && phoneCountry(phone)) ?? userIdCountry(userId),
      };
    });
  if (rows.length === 0) return;
  await tx.db.execute(sql`
    update contacts c set phone = coalesce(c.phone, r.phone), user_id = coalesce(c.user_id, r."userId"), country = coalesce(c.country, r.country),
      name = case when c.name_folded = '' then coalesce(r.name, c.name) else c.name end,
      name_folded = case when c.name_folded = '' then r.folded else c.name_folded end, updated_at = ${tx.now.toISOString()}::timestamptz
    from jsonb_to_recordset((${JSON.stringify(rows)}::text)::jsonb) as r(id text, phone text, "userId" text, name text, folded text, country text)
    where c.organization_id = ${tx.organizationId} and c.id = r.id`);
}
