import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { POST as cancelAll } from "@/app/api/v1/crm/whatsapp/messages/cancel/route";
import { GET as count } from "@/app/api/v1/crm/whatsapp/messages/count/route";
import { POST as resendAll } from "@/app/api/v1/crm/whatsapp/messages/resend/route";
import { GET as list } from "@/app/api/v1/crm/whatsapp/messages/route";
import { POST as sendBulk } from "@/app/api/v1/crm/whatsapp/send/bulk/route";
import { POST as send } from "@/app/api/v1/crm/whatsapp/send/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { contacts } from "@/db/schema/contacts";
import { messages, outreach } from "@/db/schema/messages";
import { auditEntries } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { namedAs } from "@/lib/contacts/fold";
import { openDatabase } from "@/lib/ctx";
import { blindIndex, seal } from "@/lib/keyring";
import { cancelMessage } from "./cancel";
import { exportMessages, getMessage } from "./messages";
import { resendMessage } from "./resend";
import { makeSender, ORDER, type Sender, somePhone } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

async function write(org: Sender, wish: object = ORDER, phoneNumber = somePhone()): Promise<string> {
  await org.optIn(phoneNumber);
  return (await ask(send, { token: org.token, body: { phoneNumber, ...wish } })).body.id;
}
const set = (id: string, changes: Partial<typeof messages.$inferInsert>) =>
  db.update(messages).set(changes).where(eq(messages.id, id));
const audited = async (org: Sender, action: string) =>
  (await db.select().from(auditEntries).where(eq(auditEntries.organizationId, org.organizationId))).filter(
    (entry) => entry.action === action,
  );
const idsOf = async (org: Sender, query: string) =>
  (await ask(list, { token: org.token, query })).body.data.map((m: { id: string }) => m.id);

describe("cancelling a selection", () => {
  test("counts first, takes back what waits, frees its places, and is one entry in the audit", async () => {
    const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_250" } });
    const ids = [await write(org), await write(org), await write(org)];
    const [first = "", second = "", sent = ""] = ids;
    await set(sent, { status: "sent" });
    const other = await write(await makeSender(db));
    const selection = { ids: [...ids, other, "msg_unknown"] };
    const expected = {
      matched: 3,
      done: 2,
      refused: expect.arrayContaining([
        { id: sent, code: "sent", count: 1 },
        { id: other, code: "not_found", count: 1 },
        { id: "msg_unknown", code: "not_found", count: 1 },
      ]),
    };
    expect((await ask(cancelAll, { token: org.token, body: { ...selection, dryRun: true } })).body).toEqual(expected);
    expect(await org.read(first)).toMatchObject({ status: "queued" });
    expect((await ask(cancelAll, { token: org.token, body: selection })).body).toEqual(expected);
    for (const id of [first, second]) expect(await org.read(id)).toMatchObject({ status: "cancelled" });
    const places = await db.select().from(outreach).where(eq(outreach.organizationId, org.organizationId));
    expect(places.filter(({ reservedBy }) => reservedBy !== null).map(({ reservedBy }) => reservedBy)).toEqual([sent]);
    expect(await audited(org, "messages.cancelled")).toMatchObject([{ details: { ids: 5, matched: 3, done: 2 } }]);
  });

  test("takes everything that matches a filter and nothing else, however many", async () => {
    const org = await makeSender(db);
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const items = Array.from({ length: 1_000 }, () => ({ phoneNumber, ...ORDER }));
    await ask(sendBulk, { token: org.token, body: { messages: items } });
    await ask(sendBulk, { token: org.token, body: { messages: items.slice(0, 200) } });
    const left = await write(org, { template: "login_code", templateParams: ["123456"], language: "en" });
    const filter = { template: ORDER.template };
    expect((await ask(cancelAll, { token: org.token, body: { filter, dryRun: true } })).body).toEqual({
      matched: 1_200,
      done: 1_200,
      refused: [],
    });
    expect((await ask(cancelAll, { token: org.token, body: { filter } })).body).toMatchObject({ matched: 1_200, done: 1_200 });
    expect((await ask(count, { token: org.token, query: "?status=cancelled" })).body).toEqual({ count: 1_200, isExact: true });
    expect(await org.read(left)).toMatchObject({ status: "queued" });
    expect(await audited(org, "messages.cancelled")).toHaveLength(1);
  });

  test("wants either ids or a filter, and knows every word of it", async () => {
    const org = await makeSender(db);
    for (const body of [{}, { ids: ["msg_1"], filter: {} }, { ids: [] }, { filter: { statuss: "queued" } }])
      expect((await ask(cancelAll, { token: org.token, body })).status, JSON.stringify(body)).toBe(400);
  });
});

describe("sending a selection again", () => {
  test("goes through the gate one by one, once each, and says why not", async () => {
    const org = await makeSender(db);
    const out = somePhone();
    const [again, refused, arrived, code] = [
      await write(org),
      await write(org, ORDER, out),
      await write(org),
      await write(org, { template: "login_code", templateParams: ["123456"], language: "en" }),
    ];
    const failure = { reason: "bad_recipient", code: 131026 };
    for (const id of [again, refused, code]) await set(id, { status: "failed", failure, failedAt: new Date() });
    await set(arrived, { status: "delivered" });
    await org.optOut(out);
    const body = { filter: { from: "2020-01-01T00:00:00Z" } };
    const result = await ask(resendAll, { token: org.token, body });
    expect(result.body).toMatchObject({ matched: 4, done: 1 });
    expect(result.body.refused).toEqual(
      expect.arrayContaining([
        { code: "recipient_not_opted_in", count: 1 },
        { code: "delivered", count: 1 },
        { code: "one_time_code", count: 1 },
      ]),
    );
    expect(await audited(org, "messages.resent")).toMatchObject([{ details: { matched: 4, done: 1 } }]);
    // The second press of the button writes no second message.
    expect((await ask(resendAll, { token: org.token, body: { ids: [again] } })).body).toEqual({
      matched: 1,
      done: 0,
      refused: [{ id: again, code: "resent", count: 1 }],
    });
    expect(await idsOf(org, "?status=queued")).toHaveLength(1);
  });

  test("links the old and the new message both ways, until the new one is taken back", async () => {
    const org = await makeSender(db);
    const [first, batch] = [await write(org), await write(org)];
    const failure = { reason: "bad_recipient", code: 131026 };
    for (const id of [first, batch]) await set(id, { status: "failed", failure, failedAt: new Date() });
    const show = async (id: string) => getMessage(org.ctxAt(new Date()), id);
    expect(await show(first)).toMatchObject({ resendOf: null, resentAs: null, canResend: true });
    const resend = () => resendMessage(org.ctxAt(new Date()), first);
    const { id: copy } = await resend();
    expect(await show(copy)).toMatchObject({ resendOf: first, resentAs: null });
    expect(await show(first)).toMatchObject({ resendOf: null, resentAs: copy, canResend: false });
    await expect(resend()).rejects.toMatchObject({ code: "conflict", details: { resentAs: copy } });
    await ask(resendAll, { token: org.token, body: { ids: [batch] } });
    expect((await show((await show(batch)).resentAs ?? "")).resendOf).toBe(batch);

    await cancelMessage(org.ctxAt(new Date()), copy);
    expect(await show(first)).toMatchObject({ resentAs: null, canResend: true });
    const { id: another } = await resend();
    expect(another).not.toBe(copy);
    expect(await show(first)).toMatchObject({ resentAs: another });
    // A copy that failed as well is what is sent again next.
    await set(another, { status: "failed", failure, failedAt: new Date() });
    expect(await show(first)).toMatchObject({ canResend: false });
    expect(await show(another)).toMatchObject({ canResend: true });
  });
});

test("sending a selection again waits for the allowance instead of being refused for it", async () => {
  const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_50" } });
  const [first, second] = [await write(org), await write(org)];
  const failure = { reason: "bad_recipient", code: 131026 };
  for (const id of [first, second]) await set(id, { status: "failed", failure, failedAt: new Date() });
  await db.delete(outreach).where(eq(outreach.organizationId, org.organizationId));
  await db.insert(outreach).values(
    Array.from({ length: 50 }, (_, i) => ({
      organizationId: org.organizationId,
      portfolioId: org.integration.businessAccountId,
      contactId: `person ${i}`,
      deliveredAt: new Date(),
    })),
  );
  await expect(resendMessage(org.ctxAt(new Date()), first)).rejects.toMatchObject({ code: "rate_limit_exceeded" });
  const { body } = await ask(resendAll, { token: org.token, body: { ids: [first, second] } });
  expect(body).toMatchObject({ matched: 2, done: 2, refused: [] });
  expect(await idsOf(org, "?status=queued")).toHaveLength(2);
});

describe("finding messages", () => {
  test("by name, number as it is written at home, text, our id, Meta's id and the sender's own reference", async () => {
    const org = await makeSender(db, { settings: { country: "TR" } });
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    const id = await write(
      org,
      { ...ORDER, templateParams: { orderNumber: "ORD-14999", customerName: "X" }, externalId: "ref 7" },
      phoneNumber,
    );
    const { contactId } = await org.read(id);
    await db.update(contacts).set(namedAs("Ayşe Demir")).where(eq(contacts.id, contactId));
    await set(id, { wamid: "wamid.ABC", wamidIndex: blindIndex("messages.wamid", "wamid.ABC") });
    await write(org);
    const searches = ["Demir", phoneNumber, "ORD-14999", "ord-14999", id, "wamid.ABC", "ref 7"];
    for (const search of searches) expect(await idsOf(org, `?search=${encodeURIComponent(search)}`), search).toEqual([id]);
    expect(await idsOf(org, "?externalId=ref%207")).toEqual([id]);
    expect(await idsOf(org, "?search=nothing%20of%20this")).toEqual([]);
    const other = await makeSender(db);
    for (const search of searches) expect(await idsOf(other, `?search=${encodeURIComponent(search)}`), search).toEqual([]);
  });

  test("in texts goes on where the page before stopped reading, and people come before texts", async () => {
    const org = await makeSender(db);
    const said = (text: string) => ({ ...ORDER, templateParams: { orderNumber: text, customerName: "X" } });
    const named = await write(org, said("none"));
    await db
      .update(contacts)
      .set(namedAs("Lemon Tree"))
      .where(eq(contacts.id, (await org.read(named)).contactId));
    const ids = [await write(org, said("lemon 1")), await write(org, said("pear")), await write(org, said("Lemon 2"))];
    const pages: string[][] = [];
    for (let cursor = ""; ; ) {
      const { body } = await ask(list, {
        token: org.token,
        query: `?search=lemon&limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      });
      pages.push(body.data.map((m: { id: string }) => m.id));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    expect(pages.flat()).toEqual([named, ids[2], ids[0]]);
    expect((await ask(count, { token: org.token, query: "?search=lemon" })).body).toEqual({ count: 3, isExact: true });
  });

  test("in either order, a page at a time, each once", async () => {
    const org = await makeSender(db);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await write(org));
    for (const [sort, expected] of [
      ["createdAt", ids],
      ["-createdAt", [...ids].reverse()],
    ] as const) {
      const first = await ask(list, { token: org.token, query: `?sort=${sort}&limit=3` });
      const rest = await ask(list, { token: org.token, query: `?sort=${sort}&limit=3&cursor=${first.body.nextCursor}` });
      expect([...first.body.data, ...rest.body.data].map((m: { id: string }) => m.id)).toEqual(expected);
      expect(rest.body.nextCursor).toBeNull();
    }
  });

  test("exports all of them, and a spreadsheet computes nothing", async () => {
    const org = await makeSender(db);
    const phoneNumber = somePhone();
    const id = await write(org, { ...ORDER, externalId: "=1+1" }, phoneNumber);
    await write(org);
    let csv = "";
    for await (const part of exportMessages(org.systemAt(), { direction: "outgoing", sort: "createdAt" })) csv += part;
    const [header = "", first = "", second = "", end] = csv.split("\r\n");
    expect(header.startsWith("id,externalId,direction,phoneNumber")).toBe(true);
    expect(first.startsWith(`${id},'=1+1,outgoing,${phoneNumber},`)).toBe(true);
    expect(second).toContain(",outgoing,+");
    expect(end).toBe("");
  });
});

describe("a one-time code", () => {
  test("is shown to nobody, and is not found by guessing", async () => {
    const org = await makeSender(db);
    const id = await write(org, { template: "login_code", templateParams: ["493817"], language: "en" });
    const { body } = await ask(list, { token: org.token });
    expect(body.data[0]).toMatchObject({ id, purpose: "authentication", canResend: false });
    expect(JSON.stringify(body)).not.toContain("493817");
    expect(body.data[0].text).toContain("••••");
    expect(await idsOf(org, "?search=493817")).toEqual([]);
    // As versions before kept it.
    await set(id, { content: null, kind: "template", templateParams: null, text: "493817 is your code." });
    await db.execute(
      `update messages set content = null, text = '${seal("messages.text", "493817 is your code.")}' where id = '${id}'`,
    );
    expect(JSON.stringify((await ask(list, { token: org.token })).body)).not.toContain("493817");
  });
});
