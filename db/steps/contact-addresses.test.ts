import { and, eq, sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { contactAddresses, contactMerges, contacts } from "@/db/schema/contacts";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { findContacts } from "@/lib/contacts/contacts";
import { recordConsent } from "@/lib/contacts/ledger";
import { resolvePeople } from "@/lib/contacts/people";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { fillContactAddresses } from "./contact-addresses";

useTestDatabase();
let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

/** As the tables were before: one number and one user id in the contact's own row. */
async function goBack(): Promise<void> {
  await db.execute(sql`alter table contacts add column phone_index text, add column user_id_index text`);
}

test("every contact of an earlier version is found by what it was known by, and one with two writings of a number is one", async () => {
  const { ctx, organizationId } = await makeOrganization(db);
  const other = await makeOrganization(db);
  await goBack();
  const made = (values: Partial<typeof contacts.$inferInsert>) => ({ id: newId("con"), organizationId, ...values });
  const rows = [
    made({ phone: "+905551230001", name: "Ayşe" }),
    made({ phone: "+5547987654321" }),
    made({ phone: "+554787654321", name: "João" }),
    made({ userId: "TR.9", name: "No number" }),
    made({ phone: "+905551230001", organizationId: other.organizationId }),
  ];
  await db.insert(contacts).values(rows);
  const [ayse, joao, twin, noNumber, foreign] = rows.map(({ id }) => id);

  await fillContactAddresses(db);
  await fillContactAddresses(db);

  const found = await findContacts(ctx, ["+905551230001", "+5547987654321", "+554787654321"]);
  expect([...found.values()].map(({ id, name }) => [id, name])).toEqual([
    [ayse, "Ayşe"],
    [joao, "João"],
    [joao, "João"],
  ]);
  expect(await resolvePeople(ctx, [{ userId: "TR.9" }])).toEqual([noNumber]);
  expect((await findContacts(other.ctx, ["+905551230001"])).get("+905551230001")?.id).toBe(foreign);
  expect(await db.select().from(contactMerges).where(eq(contactMerges.organizationId, organizationId))).toMatchObject([
    { survivorId: joao, mergedId: twin },
  ]);
  expect(
    (await recordConsent(ctx, { phoneNumber: "+905551230001", status: "opted_in", purpose: "all", source: "t" })).contactId,
  ).toBe(ayse);
});

test("goes on where it was interrupted", async () => {
  const { ctx, organizationId } = await makeOrganization(db);
  const before = await resolvePeople(ctx, [{ phone: "+905551230011" }]);
  await goBack();
  const id = newId("con");
  await db.insert(contacts).values({ id, organizationId, phone: "+905551230012" });
  await fillContactAddresses(db);
  expect(await resolvePeople(ctx, [{ phone: "+905551230011" }, { phone: "+905551230012" }])).toEqual([...before, id]);
  expect(
    await db
      .select({ id: contactAddresses.contactId })
      .from(contactAddresses)
      .where(and(eq(contactAddresses.organizationId, organizationId))),
  ).toHaveLength(2);
});
