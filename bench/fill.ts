import { eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { consents, contactAddresses, contacts } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { addressIndex } from "@/lib/contacts/addresses";
import { foldName } from "@/lib/contacts/fold";
import { openDatabase } from "@/lib/ctx";
import { firstIdAt, newId } from "@/lib/ids";
import { withDatabase } from "@/server/installation";

/**
 * Fills an installation for a benchmark, past the API where the API is not what is measured:
 *   people N             opted-in contacts +90532…, N of them
 *   named N              contacts with names in both languages and consents of every kind, in bulk by SQL
 *   waiting N ID [ID …]  N waiting template messages of each integration, to as many people
 *   finished ID N        N finished messages, in bulk by SQL
 *   forget TIME          takes away the messages made since
 *   high ID [ID …]       the numbers have Meta's highest throughput and no tier
 *   counts               messages by status, as JSON
 */
const [, , what, ...given] = process.argv;
const BULK = 500;

const person = (i: number) => `+90532${String(1_000_000 + i).padStart(7, "0")}`;

async function organizationOf(db: Db, integrationId: string): Promise<string> {
  const [row] = await db
    .select({ organizationId: integrations.organizationId })
    .from(integrations)
    .where(eq(integrations.id, integrationId));
  if (!row) throw new Error(`There is no integration ${integrationId}.`);
  return row.organizationId;
}

async function fillPeople(db: Db, organizationId: string, count: number): Promise<void> {
  const now = new Date();
  for (let from = 0; from < count; from += BULK) {
    const people = Array.from({ length: Math.min(BULK, count - from) }, (_, i) => ({
      id: newId("con"),
      phone: person(from + i),
    }));
    const added = await db
      .insert(contacts)
      .values(people.map(({ id, phone }) => ({ id, organizationId, phone, country: "TR" })))
      .returning({ id: contacts.id });
    await db.insert(contactAddresses).values(
      people.map(({ id, phone }) => ({
        organizationId,
        kind: "phone" as const,
        value: phone,
        valueIndex: addressIndex(organizationId, "phone", phone),
        contactId: id,
      })),
    );
    await db.insert(consents).values(
      added.map(({ id }) => ({
        id: newId("cns"),
        organizationId,
        contactId: id,
        purpose: "all" as const,
        status: "opted_in" as const,
        source: "bench",
        occurredAt: now,
        recordedAt: now,
        recordedBy: "bench",
      })),
    );
  }
}

const FIRST_NAMES = ["Ayşe", "İlhan", "Şahin", "Çağla", "Ömer", "Güneş", "Emily", "William", "Zoë", "José", "Işıl", "Deniz"];
const LAST_NAMES = [
  "Yılmaz",
  "Öztürk",
  "Çelik",
  "Kaya",
  "Şimşek",
  "Smith",
  "Johnson",
  "Brown",
  "García",
  "Müller",
  "Ağaoğlu",
  "Ince",
];

const NAMED_AT_ONCE = 20_000;

/** The last name carries a number, so that some searches find thousands and some find one. */
async function fillNamed(db: Db, organizationId: string, count: number): Promise<void> {
  const both = FIRST_NAMES.flatMap((first) =>
    LAST_NAMES.map((last) => ({ name: `${first} ${last}`, folded: foldName(`${first} ${last}`) })),
  );
  const prefix = newId("con").slice(0, 14);
  // A part at a time: a statement ends after five minutes.
  for (let from = 1; from <= count; from += NAMED_AT_ONCE) {
    await db.execute(sql`
      insert into contacts (id, organization_id, name, name_folded, country, consent_marketing, consent_utility, consent_authentication)
      select ${prefix} || lpad(n::text, 16, '0'), ${organizationId}, w.name || ' ' || n, w.folded || ' ' || n, 'TR',
        case when n % 1000 = 0 then 'opted_out' when n % 3 = 0 then 'none' else 'opted_in' end, 'opted_in', 'none'
      from generate_series(${from}::integer, ${Math.min(count, from + NAMED_AT_ONCE - 1)}::integer) n
      join (select row_number() over () - 1 as place, r.name, r.folded
        from jsonb_to_recordset((${JSON.stringify(both)}::text)::jsonb) as r(name text, folded text)) w on w.place = n % ${both.length}::integer`);
  }
}

async function fillWaiting(db: Db, integrationId: string, count: number): Promise<void> {
  const organizationId = await organizationOf(db, integrationId);
  const now = new Date();
  const known = new Map(
    (
      await db
        .select({ id: contactAddresses.contactId, index: contactAddresses.valueIndex })
        .from(contactAddresses)
        .where(eq(contactAddresses.organizationId, organizationId))
    ).map((c) => [c.index, c.id]),
  );
  for (let from = 0; from < count; from += BULK) {
    await db.insert(messages).values(
      Array.from({ length: Math.min(BULK, count - from) }, (_, i) => {
        const phone = person(from + i);
        return {
          id: newId("msg"),
          organizationId,
          integrationId,
          contactId: known.get(addressIndex(organizationId, "phone", phone)) ?? "",
          recipient: phone,
          content: {
            type: "template" as const,
            name: "order_confirmation",
            language: "en",
            params: { orderNumber: `ORD-${from + i}`, customerName: "John Doe" },
            rendered: {
              body: `Hi John Doe, thank you for your order. We have received order ORD-${from + i} and are preparing it now.`,
              buttons: [],
            },
          },
          templateName: "order_confirmation",
          templateLanguage: "en",
          purpose: "utility" as const,
          priority: 1,
          status: "queued" as const,
          dueAt: now,
          outsideWindow: true,
          timeline: [{ step: "queued", at: now.toISOString(), source: "api" as const }],
          createdBy: "bench",
          createdAt: now,
        };
      }),
    );
  }
}

/**
 * One finished message is made by the product's own encryption and multiplied by the database: for all people in turn, through
 * all numbers in turn, one every half a second up to now. The indexes are made anew at the end, which takes a third of the time.
 */
async function fillFinished(db: Db, integrationId: string, count: number): Promise<void> {
  await fillWaiting(db, integrationId, 1);
  const [sample] = await db.execute<{ id: string }>(
    sql`select id from messages where integration_id = ${integrationId} order by id desc limit 1`,
  );
  const organizationId = await organizationOf(db, integrationId);
  const indexes = await db.execute<{ name: string; made: string }>(
    sql`select indexname as name, indexdef as made from pg_indexes where tablename = 'messages' and indexname <> 'messages_pkey'`,
  );
  // The time in an id, as newId writes it.
  const idTime = sql.raw(
    [45, 40, 35, 30, 25, 20, 15, 10, 5, 0]
      .map((bit) => `substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', ((ms >> ${bit}) & 31)::int + 1, 1)`)
      .join(" || "),
  );
  for (const { name } of indexes) await db.execute(sql`drop index ${sql.identifier(name)}`);
  const PART = 250_000;
  for (let from = 0; from < count; from += PART) {
    await db.execute(sql`
      with people as (
        select id, (row_number() over (order by id) - 1)::int as k from contacts where organization_id = ${organizationId}),
      numbers as (
        select id, (row_number() over (order by id) - 1)::int as k from integrations where organization_id = ${organizationId} and not sandbox),
      turns as (
        select n, n % (select count(*)::int from people) as person, n % (select count(*)::int from numbers) as number,
          now() - (${count}::int - n) * interval '0.5 s' as t, floor(extract(epoch from now()) * 1000)::bigint - (${count}::int - n) * 500::bigint as ms
        from generate_series(${from}::int, ${Math.min(from + PART, count) - 1}::int) n)
      insert into messages (id, organization_id, integration_id, contact_id, recipient, kind, text, template_name, template_language, template_params,
        purpose, priority, status, due_at, attempts, wamid, wamid_index, outside_window, timeline, created_by, created_at, sent_at, delivered_at, read_at)
      select 'msg_' || ${idTime} || lpad(n::text, 16, '0'), m.organization_id, numbers.id, people.id, m.recipient, m.kind, m.text, m.template_name,
        m.template_language, m.template_params, m.purpose, m.priority, 'read', t, 1, m.text, md5('bench' || n), true, m.timeline, 'bench', t, t, t, t
      from turns join people on people.k = turns.person join numbers on numbers.k = turns.number join messages m on m.id = ${sample?.id ?? ""}
      order by n`);
  }
  await db.execute(sql`delete from messages where id = ${sample?.id ?? ""}`);
  for (const { made } of indexes) await db.execute(sql.raw(made));
  await db.execute(sql`vacuum analyze messages`);
  await db.execute(sql`checkpoint`);
}

await withDatabase(async () => {
  const db = await openDatabase();
  const [first = "", second = "0"] = given;
  if (what === "people" || what === "named") {
    const [organization] = await db.execute<{ id: string }>(
      sql`select organization_id as id from integrations where deleted_at is null limit 1`,
    );
    await (what === "named" ? fillNamed : fillPeople)(db, organization?.id ?? "", Number(first));
    await db.execute(sql`vacuum analyze contacts, consents`);
  } else if (what === "waiting") {
    for (const id of given.slice(1)) await fillWaiting(db, id, Number(first));
    // What the filling left to tidy up is no part of what is measured.
    await db.execute(sql`vacuum analyze messages`);
    await db.execute(sql`checkpoint`);
  } else if (what === "finished") await fillFinished(db, first, Number(second));
  else if (what === "forget") {
    await db.execute(
      sql`delete from messages where created_at > ${first}::timestamptz and id > ${firstIdAt("msg", new Date(first))}`,
    );
    await db.execute(sql`vacuum messages`);
  } else if (what === "high") {
    for (const id of given)
      await db
        .update(integrations)
        .set({ throughputLevel: "HIGH", messagingLimitTier: "TIER_UNLIMITED" })
        .where(eq(integrations.id, id));
  } else if (what === "counts") {
    const rows = await db.execute<{ status: string; count: number }>(
      sql`select status, count(*)::int as count from messages group by status`,
    );
    process.stdout.write(JSON.stringify(Object.fromEntries(rows.map((row) => [row.status, row.count]))));
  } else throw new Error("Say what: people, named, waiting, finished, high or counts.");
});
