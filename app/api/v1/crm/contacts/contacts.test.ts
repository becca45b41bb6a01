import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { POST as postConsent, GET as readLedger } from "@/app/api/v1/crm/consents/route";
import { GET as readContactLedger } from "@/app/api/v1/crm/contacts/[id]/consents/route";
import { PATCH as patchContact, GET as readContact } from "@/app/api/v1/crm/contacts/[id]/route";
import { GET as listContacts, POST as postContact } from "@/app/api/v1/crm/contacts/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { contacts, conversations } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { auditEntries } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { consentStates } from "@/lib/contacts/consents";
import { ensureContacts } from "@/lib/contacts/contacts";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";

useTestDatabase();
let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const PHONE = "+905551234567";

describe("consents", () => {
  test("a consent by number makes the contact, and the ledger and the state can be read", async () => {
    const { token } = await makeOrganization(db);
    const made = await ask(postConsent, {
      token,
      body: {
        phoneNumber: "+90 555 123 45 67",
        status: "opted_in",
        source: "web form",
        evidence: "form 7",
        wording: "I agree",
        occurredAt: "2026-01-02T03:04:05+03:00",
      },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      phoneNumber: PHONE,
      purpose: "all",
      status: "opted_in",
      source: "web form",
      evidence: "form 7",
      wording: "I agree",
      occurredAt: "2026-01-02T00:04:05.000Z",
    });
    await ask(postConsent, {
      token,
      body: { phoneNumber: PHONE, status: "opted_out", purpose: "marketing", source: "phone call" },
    });

    // The plus is pasted unescaped, as in the guide's examples.
    const ledger = await ask(readLedger, { token, query: `?phoneNumber=${PHONE}` });
    expect(ledger.status).toBe(200);
    expect(ledger.body).toMatchObject({
      phoneNumber: PHONE,
      contactId: made.body.contactId,
      state: { marketing: "opted_out", utility: "opted_in", authentication: "opted_in" },
    });
    expect(ledger.body.data.map((e: { status: string }) => e.status)).toEqual(["opted_out", "opted_in"]);
    const same = await ask(readContactLedger, { token, id: made.body.contactId, query: "?limit=1" });
    expect(same.body.data).toHaveLength(1);
    const rest = await ask(readContactLedger, { token, id: made.body.contactId, query: `?cursor=${same.body.nextCursor}` });
    expect(rest.body.data).toMatchObject([{ id: made.body.id }]);
    expect(rest.body.nextCursor).toBeNull();
  });

  test("a number nobody knows has an empty ledger and makes no contact", async () => {
    const { token, organizationId } = await makeOrganization(db);
    const { body } = await ask(readLedger, { token, query: "?phoneNumber=%2B905551234567" });
    expect(body).toEqual({
      phoneNumber: PHONE,
      contactId: null,
      state: { marketing: "none", utility: "none", authentication: "none" },
      data: [],
      nextCursor: null,
    });
    expect(await db.$count(contacts, sql`organization_id = ${organizationId}`)).toBe(0);
  });

  test.each(["0555 123 45 67", "5551234567"])("%s is refused in the guide's words, with what was meant", async (phoneNumber) => {
    const { token } = await makeOrganization(db);
    const { status, body } = await ask(postConsent, { token, body: { phoneNumber, status: "opted_in", source: "shop" } });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: "invalid_phone_number",
      message: "Phone number format is invalid",
      details: { phoneNumber, suggestion: PHONE },
    });
  });

  test("a moment that has not come is refused, a clock a little ahead is not believed", async () => {
    const { token } = await makeOrganization(db);
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const consent = { phoneNumber: PHONE, status: "opted_in", source: "shop" };
    const future = await ask(postConsent, { token, body: { ...consent, occurredAt: inMinutes(10) } });
    expect(future.status).toBe(400);
    expect(future.body).toMatchObject({ error: "validation_failed", details: [{ path: "occurredAt" }] });
    await ask(postConsent, { token, body: { ...consent, occurredAt: inMinutes(4) } });
    await ask(postConsent, { token, body: { ...consent, status: "opted_out" } });
    const { body } = await ask(readLedger, { token, query: `?phoneNumber=${PHONE}` });
    expect(body.state).toEqual({ marketing: "opted_out", utility: "opted_out", authentication: "opted_out" });
  });

  test("the ledger only grows", async () => {
    const { token } = await makeOrganization(db);
    const { body } = await ask(postConsent, { token, body: { phoneNumber: PHONE, status: "opted_in", source: "shop" } });
    await expect(db.execute(sql`update consents set status = 'opted_out' where id = ${body.id}`)).rejects.toThrow();
  });

  test("states of many are read at once, and neither the database nor the audit trail shows a number", async () => {
    const { ctx, token, organizationId } = await makeOrganization(db);
    const phones = [PHONE, "+905551234568"];
    const known = await ensureContacts(ctx, phones);
    await ask(postConsent, { token, body: { phoneNumber: PHONE, status: "opted_in", purpose: "utility", source: "shop" } });
    const ids = phones.map((phone) => known.get(phone)?.id ?? "");
    const states = await consentStates(ctx, ids);
    expect(ids.map((id) => states.get(id)?.utility)).toEqual(["opted_in", "none"]);
    const rows = await db.execute(sql`
      select (select string_agg(to_jsonb(c)::text, '') from contacts c where organization_id = ${organizationId}) ||
             (select string_agg(to_jsonb(s)::text, '') from consents s where organization_id = ${organizationId}) ||
             (select string_agg(to_jsonb(a)::text, '') from audit_entries a where organization_id = ${organizationId}) as dump`);
    expect(JSON.stringify(rows)).not.toContain("5551234567");
    expect(await db.$count(auditEntries, sql`organization_id = ${organizationId} and action = 'consent.recorded'`)).toBe(1);
  });
});

describe("contacts", () => {
  test("the same new people named twice at once become one contact each", async () => {
    const { ctx, organizationId } = await makeOrganization(db);
    const phones = ["+905551234567", "+4915112345678", "+12025550123"];
    const all = await Promise.all([1, 2, 3, 4].map(() => ensureContacts(ctx, [...phones, PHONE])));
    expect(await db.$count(contacts, sql`organization_id = ${organizationId}`)).toBe(3);
    for (const found of all) expect([...found.keys()].sort()).toEqual([...phones].sort());
    expect(all[0]?.get("+4915112345678")).toMatchObject({ phone: "+4915112345678", country: "DE" });
  });

  test("a contact is created once, read, and changed", async () => {
    const { token } = await makeOrganization(db);
    const made = await ask(postContact, {
      token,
      body: { phoneNumber: PHONE, name: "Ayşe Yılmaz", language: "en-US", timeZone: "Europe/Istanbul" },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      phoneNumber: PHONE,
      name: "Ayşe Yılmaz",
      language: "en_US",
      country: "TR",
      consent: { marketing: "none" },
      windowClosesAt: null,
    });
    const twice = await ask(postContact, { token, body: { phoneNumber: PHONE } });
    expect(twice.status).toBe(409);
    expect(twice.body).toMatchObject({ error: "conflict", details: { contactId: made.body.id } });
    const changed = await ask(patchContact, { token, id: made.body.id, body: { name: null, language: "tr" } });
    expect(changed.body).toMatchObject({ name: null, language: "tr", timeZone: "Europe/Istanbul" });
    expect((await ask(readContact, { token, id: made.body.id })).body).toEqual(changed.body);
    const wrong = await ask(patchContact, { token, id: made.body.id, body: { timeZone: "Mars/Olympus" } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.details).toMatchObject([{ path: "timeZone" }]);
  });

  test("an open window is shown with the moment at which it closes", async () => {
    const { ctx, token, organizationId } = await makeOrganization(db);
    const integrationId = newId("int");
    await db.insert(integrations).values({
      id: integrationId,
      organizationId,
      name: "n",
      provider: "meta",
      category: "whatsapp",
      sandbox: true,
      endpointUrl: "https://graph.facebook.com",
      phoneNumberId: "1",
      businessAccountId: "2",
      accessToken: "t",
      webhookVerifyToken: "v",
      webhookVerifyTokenIndex: "i",
    });
    const contact = (await ensureContacts(ctx, [PHONE])).get(PHONE);
    const lastInboundAt = new Date(Date.now() - 60 * 60 * 1000);
    await db
      .insert(conversations)
      .values({ id: newId("cnv"), organizationId, integrationId, contactId: contact?.id ?? "", lastInboundAt });
    const { body } = await ask(readContact, { token, id: contact?.id ?? "" });
    expect(body.windowClosesAt).toBe(new Date(lastInboundAt.getTime() + 24 * 60 * 60 * 1000).toISOString());
  });

  test("people are found by a part of the name, by a whole number, and by marketing consent", async () => {
    const { token } = await makeOrganization(db);
    for (const [phoneNumber, name] of [
      [PHONE, "Ayşe Yılmaz"],
      ["+905551234568", "Ali 100%"],
      ["+905551234569", "Deniz"],
    ]) {
      await ask(postContact, { token, body: { phoneNumber, name } });
    }
    await ask(postConsent, { token, body: { phoneNumber: PHONE, status: "opted_in", source: "s" } });
    await ask(postConsent, {
      token,
      body: { phoneNumber: "+905551234568", status: "opted_in", source: "s", purpose: "utility" },
    });
    await ask(postConsent, { token, body: { phoneNumber: "+905551234569", status: "opted_in", source: "s" } });
    await ask(postConsent, {
      token,
      body: { phoneNumber: "+905551234569", status: "opted_out", source: "s", purpose: "marketing" },
    });
    const names = async (query: string) =>
      (await ask(listContacts, { token, query })).body.data.map((c: { name: string }) => c.name);
    expect(await names("?search=yıl")).toEqual(["Ayşe Yılmaz"]);
    expect(await names("?search=AYŞE%20YIL")).toEqual(["Ayşe Yılmaz"]);
    expect(await names("?search=ayşe%20yil")).toEqual(["Ayşe Yılmaz"]);
    expect(await names("?search=100%25")).toEqual(["Ali 100%"]);
    expect(await names("?search=ali%20%25")).toEqual([]);
    expect(await names("?search=yilmaz%20a")).toEqual(["Ayşe Yılmaz"]);
    expect(await names("?search=0555%20123%2045%2069")).toEqual(await names("?search=%2B905551234569"));
    expect(await names("?search=%2B90%20555%20123%2045%2069")).toEqual(["Deniz"]);
    expect(await names("?search=nobody")).toEqual([]);
    expect(await names("?consent=opted_in")).toEqual(["Ayşe Yılmaz"]);
    expect(await names("?consent=opted_out")).toEqual(["Deniz"]);
    expect(await names("?consent=none")).toEqual(["Ali 100%"]);
    const first = await ask(listContacts, { token, query: "?limit=2" });
    expect(first.body.data).toHaveLength(2);
    expect(await names(`?limit=2&cursor=${first.body.nextCursor}`)).toEqual(["Ayşe Yılmaz"]);
  });

  test("another organization's people are not there", async () => {
    const mine = await makeOrganization(db);
    const other = await makeOrganization(db);
    const { body } = await ask(postContact, { token: mine.token, body: { phoneNumber: PHONE } });
    expect((await ask(readContact, { token: other.token, id: body.id })).status).toBe(404);
    expect((await ask(patchContact, { token: other.token, id: body.id, body: { name: "x" } })).status).toBe(404);
    expect((await ask(readContactLedger, { token: other.token, id: body.id })).status).toBe(404);
    expect((await ask(listContacts, { token: other.token })).body.data).toEqual([]);
    expect((await ask(postContact, { token: other.token, body: { phoneNumber: PHONE } })).status).toBe(201);
  });
});
