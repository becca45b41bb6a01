import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { contactMerges, conversations } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { auditEntries } from "@/db/schema/organizations";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { makeSender, ORDER } from "@/lib/messages/testing";
import { bodyOf, deliver, entryOf, processAll } from "@/lib/webhooks/testing";
import { getContact } from "./contacts";
import { eraseContact } from "./erase";
import { contactLedger, recordConsent } from "./ledger";
import { undoMerge } from "./part";
import { resolvePeople } from "./people";

useTestDatabase();
let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const NUMBER = "+905551110001";
const WA_ID = NUMBER.slice(1);
const USER = "TR.4711";

async function connected() {
  const org = await makeSender(db);
  const at = () => org.ctxAt(new Date());
  let said = 0;
  const hear = async (person: { from?: string; from_user_id?: string }, body: string) => {
    said += 1;
    const message = { ...person, id: `wamid.${said}`, timestamp: String(Math.floor(Date.now() / 1000) - 60 + said) };
    const value = {
      contacts: [{ wa_id: person.from, user_id: person.from_user_id }],
      messages: [{ ...message, type: "text", text: { body } }],
    };
    expect(await deliver(bodyOf(entryOf(org.integration, value)), org.integration.appSecret ?? "")).toBe(200);
    await processAll(db);
  };
  const idOf = async (named: { phone?: string; userId?: string }) => (await resolvePeople(at(), [named]))[0] ?? "";
  const textsOf = async (contactId: string) => {
    const rows = await db.select({ content: messages.content }).from(messages).where(eq(messages.contactId, contactId));
    return rows
      .flatMap(({ content }) => (content?.type === "text" ? content.body : content?.type === "template" ? "order" : []))
      .sort();
  };
  const talkOf = async (contactId: string) => {
    const rows = await db.select().from(conversations).where(eq(conversations.contactId, contactId));
    return rows.map(({ lastInboundAt, unread }) => ({ open: lastInboundAt !== null, unread }));
  };
  const consentOf = async (id: string) => (await contactLedger(at(), id, { limit: 25 })).state;
  const merge = async () => {
    await resolvePeople(at(), [{ phone: NUMBER, userId: USER }]);
    const [row] = await db.select().from(contactMerges).where(eq(contactMerges.organizationId, org.organizationId));
    return row?.id ?? "";
  };
  return { ...org, at, hear, idOf, textsOf, talkOf, consentOf, merge };
}

describe("a merge that is undone", () => {
  test("gives both their addresses, messages, conversations and consents back, also what came since", async () => {
    const org = await connected();
    await org.optIn(NUMBER);
    await org.send({ phoneNumber: NUMBER, ...ORDER });
    const older = await org.idOf({ phone: NUMBER });
    await org.hear({ from_user_id: USER }, "I have no number");
    const younger = await org.idOf({ userId: USER });
    await recordConsent(org.at(), { userId: USER, status: "opted_in", purpose: "utility", source: "form" });
    const before = {
      older: await getContact(org.at(), older),
      younger: await getContact(org.at(), younger),
      consents: [await org.consentOf(older), await org.consentOf(younger)],
      talks: [await org.talkOf(older), await org.talkOf(younger)],
    };

    const mergeId = await org.merge();
    expect(await org.idOf({ userId: USER })).toBe(older);
    await org.hear({ from_user_id: USER }, "and still none");
    await org.hear({ from: WA_ID }, "but I do");
    expect(await org.textsOf(older)).toEqual(["I have no number", "and still none", "but I do", "order"]);

    expect(await undoMerge(org.at(), mergeId)).toMatchObject({ id: younger, userId: USER, phoneNumber: null });
    expect(await org.textsOf(older)).toEqual(["but I do", "order"]);
    expect(await org.textsOf(younger)).toEqual(["I have no number", "and still none"]);
    const { windowClosesAt: _a, updatedAt: _b, ...asItWas } = before.older;
    expect(await getContact(org.at(), older)).toMatchObject(asItWas);
    expect((await getContact(org.at(), younger)).addresses).toEqual(before.younger.addresses);
    expect([await org.consentOf(older), await org.consentOf(younger)]).toEqual(before.consents);
    expect(before.talks).toEqual([[{ open: false, unread: 0 }], [{ open: true, unread: 1 }]]);
    expect([await org.talkOf(older), await org.talkOf(younger)]).toEqual([
      [{ open: true, unread: 2 }],
      [{ open: true, unread: 1 }],
    ]);
    expect([await org.idOf({ phone: NUMBER }), await org.idOf({ userId: USER })]).toEqual([older, younger]);
    const trail = await db
      .select()
      .from(auditEntries)
      .where(and(eq(auditEntries.organizationId, org.organizationId), eq(auditEntries.action, "contact.parted")));
    expect(trail).toMatchObject([{ targetId: older, details: { mergeId, partedId: younger, messages: 2 } }]);
  });

  test("closes the window of the one who never wrote, and leaves the other's open", async () => {
    const org = await connected();
    await org.optIn(NUMBER);
    await org.send({ phoneNumber: NUMBER, ...ORDER });
    await org.hear({ from_user_id: USER }, "hello");
    const [older, younger] = [await org.idOf({ phone: NUMBER }), await org.idOf({ userId: USER })];
    const mergeId = await org.merge();
    expect((await getContact(org.at(), older)).windowClosesAt).not.toBeNull();
    await undoMerge(org.at(), mergeId);
    expect((await getContact(org.at(), older)).windowClosesAt).toBeNull();
    expect((await getContact(org.at(), younger)).windowClosesAt).not.toBeNull();
  });

  test("keeps every no: of the one, of the other, and of nobody knows whom", async () => {
    const org = await connected();
    await org.optIn(NUMBER);
    await org.hear({ from_user_id: USER }, "hello");
    const [older, younger] = [await org.idOf({ phone: NUMBER }), await org.idOf({ userId: USER })];
    await recordConsent(org.at(), { userId: USER, status: "opted_out", purpose: "utility", source: "form" });
    const mergeId = await org.merge();
    expect(await org.consentOf(older)).toMatchObject({ utility: "opted_out", authentication: "opted_in" });
    await recordConsent(org.at(), { contactId: older, status: "opted_out", purpose: "marketing", source: "by telephone" });
    await undoMerge(org.at(), mergeId);
    expect(await org.consentOf(older)).toEqual({ marketing: "opted_out", utility: "opted_in", authentication: "opted_in" });
    expect(await org.consentOf(younger)).toEqual({ marketing: "opted_out", utility: "opted_out", authentication: "none" });
  });

  test("a stop that the person wrote since is the person's whose address it came from", async () => {
    const org = await connected();
    await org.optIn(NUMBER);
    await org.hear({ from_user_id: USER }, "hello");
    const [older, younger] = [await org.idOf({ phone: NUMBER }), await org.idOf({ userId: USER })];
    const mergeId = await org.merge();
    await org.hear({ from_user_id: USER }, "STOP");
    expect(await org.consentOf(older)).toMatchObject({ marketing: "opted_out" });
    await undoMerge(org.at(), mergeId);
    expect(await org.consentOf(older)).toMatchObject({ marketing: "opted_in" });
    expect(await org.consentOf(younger)).toMatchObject({ marketing: "opted_out" });
  });

  test("is undone once, from the latest on, and can be merged again", async () => {
    const org = await connected();
    await org.optIn(NUMBER);
    const older = await org.idOf({ phone: NUMBER });
    const [second, third] = [await org.idOf({ userId: USER }), await org.idOf({ userId: "TR.4712" })];
    const first = await org.merge();
    await resolvePeople(org.at(), [{ phone: NUMBER, userId: "TR.4712" }]);
    const rows = await db.select().from(contactMerges).where(eq(contactMerges.survivorId, older));
    const later = rows.find(({ id }) => id !== first)?.id ?? "";
    await expect(undoMerge(org.at(), first)).rejects.toMatchObject({ code: "conflict", details: { mergeId: later } });
    expect(await undoMerge(org.at(), later)).toMatchObject({ id: third });
    await expect(undoMerge(org.at(), later)).rejects.toMatchObject({ code: "conflict" });
    expect(await undoMerge(org.at(), first)).toMatchObject({ id: second });
    await resolvePeople(org.at(), [{ phone: NUMBER, userId: USER }]);
    expect(await org.idOf({ userId: USER })).toBe(older);
    await eraseContact(org.at(), older);
    await expect(undoMerge(org.at(), first)).rejects.toMatchObject({ code: "not_found" });
  });
});
