import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { attempts } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { eraseContact } from "@/lib/contacts/erase";
import { contactLedger } from "@/lib/contacts/ledger";
import { mergeContacts } from "@/lib/contacts/merge";
import { openDatabase } from "@/lib/ctx";
import { makeSender, ORDER, somePhone } from "@/lib/messages/testing";
import { linkToPreferences } from "@/lib/preferences/preferences";
import { GET as receipt } from "./[token]/receipt/route";
import { GET, POST } from "./[token]/route";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

async function call(handler: typeof GET, token: string, body?: object, ip = "203.0.113.9") {
  const response = await handler(
    new Request(`http://localhost:3000/api/v1/preferences/${token}`, {
      method: body ? "POST" : "GET",
      headers: { host: "localhost:3000", "x-real-ip": ip, ...(body ? { "content-type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    }),
    { params: Promise.resolve({ token }) },
  );
  return { status: response.status, answer: await response.json() };
}

async function someone() {
  const org = await makeSender(db);
  const phone = somePhone();
  await org.optIn(phone);
  const { id } = await org.heard(phone);
  const { url } = await linkToPreferences(org.ctx, id);
  return { ...org, phone, contactId: id, token: url.split("/").at(-1) ?? "" };
}

test("a link shows its person's choices, masks the number, and takes them back and gives them again", async () => {
  const { token, phone, send, read, ctx, contactId } = await someone();
  const waiting = await send({ phoneNumber: phone, ...ORDER });
  const { answer } = await call(GET, token);
  expect(answer).toMatchObject({
    consent: { marketing: "opted_in", utility: "opted_in" },
    history: [{ purpose: "all", status: "opted_in" }],
  });
  expect(JSON.stringify(answer)).not.toContain(phone.slice(5, 10));
  expect(answer.maskedPhone).toMatch(/^\+90•+\d\d$/);

  const withdrawn = await call(POST, token, { utility: false, language: "tr" });
  expect(withdrawn.answer.consent).toEqual({ marketing: "opted_in", utility: "opted_out", authentication: "opted_in" });
  expect((await read(waiting.id)).status).toBe("cancelled");
  await expect(send({ phoneNumber: phone, ...ORDER })).rejects.toMatchObject({ code: "recipient_not_opted_in" });

  await call(POST, token, { utility: true, language: "tr" });
  expect((await send({ phoneNumber: phone, ...ORDER })).status).toBe("queued");
  const [given] = (await contactLedger(ctx, contactId, { limit: 1 })).data;
  expect(given).toMatchObject({
    source: "preference page",
    recordedBy: "preference page",
    wording: expect.stringMatching(/^Sipariş ve randevu/),
  });
});

test("what is as it was before is not written again, and stopping everything is one word", async () => {
  const { token } = await someone();
  const words = async () => (await call(GET, token)).answer.history.length;
  await call(POST, token, { marketing: true, utility: true, language: "en" });
  expect(await words()).toBe(1);
  const all = { marketing: false, utility: false, authentication: false, language: "en" };
  await Promise.all([call(POST, token, all), call(POST, token, all), call(POST, token, all)]);
  expect((await call(GET, token)).answer.history.map(({ purpose }: { purpose: string }) => purpose)).toEqual(["all", "all"]);
});

test("a receipt has the controller, the person, each purpose and every event with its wording", async () => {
  const { token, contactId, organizationId } = await someone();
  await call(POST, token, { marketing: false, language: "en" });
  await call(POST, token, { marketing: true, language: "en" });
  const { status, answer } = await call(receipt, token);
  expect(status).toBe(200);
  expect(answer).toMatchObject({
    receipt_metadata: { receipt_schema_version: "ISO/IEC TS 27560:2023" },
    record_header: { pii_principal_id: contactId },
    party_identification: [{ party_id: organizationId, party_role: "pii_controller" }],
    events: [
      { event_state: "consent given", purposes: ["marketing"], notice: expect.stringMatching(/^Offers and news/) },
      { event_state: "consent withdrawn", purposes: ["marketing"], notice: null },
      { event_state: "consent given", purposes: ["marketing", "utility", "authentication"] },
    ],
  });
  expect(answer.pii_processing.purposes.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill("consent given"));
});

test("a link that was changed, belongs to nobody or to somebody erased opens nothing", async () => {
  const { token, ctx, contactId } = await someone();
  const other = await someone();
  const swapped = token.slice(0, 26) + other.token.slice(26);
  const flipped = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
  for (const wrong of [swapped, flipped, token.slice(0, 26), "x", `${token}x`, token.toLowerCase(), "%00"]) {
    expect((await call(GET, wrong)).answer, wrong).toMatchObject({ error: "not_found" });
    expect((await call(POST, wrong, { marketing: true, language: "en" })).answer.error).toBe("not_found");
  }
  await eraseContact(ctx, contactId);
  expect((await call(GET, token)).status).toBe(404);
  expect((await call(receipt, token)).status).toBe(404);
});

test("the links of two contacts that became one open the one", async () => {
  const { token, ctx, contactId, heard } = await someone();
  const second = await heard(somePhone());
  const link = (await linkToPreferences(ctx, second.id)).url;
  await mergeContacts(ctx, contactId, second.id);
  await call(POST, link.split("/").at(-1) ?? "", { marketing: false, language: "en" });
  expect((await call(GET, token)).answer.consent.marketing).toBe("opted_out");
});

test("neither the page nor its changes can be asked for without end", async () => {
  const { token } = await someone();
  const many = (count: number, body?: object, ip?: string) =>
    Promise.all(Array.from({ length: count }, () => call(body ? POST : GET, token, body, ip)));
  const changes = await many(25, { marketing: true, language: "en" }, "198.51.100.1");
  expect(changes.filter(({ status }) => status === 429)).toHaveLength(5);
  await db.update(attempts).set({ count: 599 }).where(eq(attempts.count, 25));
  expect((await many(2, undefined, "198.51.100.1")).map(({ status }) => status).sort()).toEqual([200, 429]);
});

test("a body must say what to change, and nothing else", async () => {
  const { token } = await someone();
  for (const body of [
    { language: "en" },
    { marketing: "no", language: "en" },
    { all: false, language: "en" },
    { marketing: true, language: "xx" },
  ])
    expect((await call(POST, token, body)).answer.error).toBe("validation_failed");
});
