import { and, asc, eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { messages } from "@/db/schema/messages";
import { useTestDatabase } from "@/db/testing";
import { updateConsentSettings } from "@/lib/contacts/consent-settings";
import { personOfPreferenceToken } from "@/lib/contacts/preference-link";
import { openDatabase } from "@/lib/ctx";
import { renderMetrics } from "@/lib/insights/metrics";
import { lookAgain } from "@/lib/messages/gate";
import { addIntegration, makeSender, somePhone } from "@/lib/messages/testing";
import { bodyOf, deadLettersOf, deliver, entryOf, processAll } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

let said = 0;

async function connected() {
  const org = await makeSender(db);
  const bodyFor = (phone: string, body: string, { agoSeconds = 5, integration = org.integration, more = {} } = {}) => {
    said += 1;
    const from = phone.slice(1);
    const timestamp = String(Math.floor(Date.now() / 1000) - agoSeconds);
    return bodyOf(
      entryOf(integration, {
        contacts: [{ wa_id: from }],
        messages: [{ id: `wamid.stop${said}`, from, timestamp, type: "text", text: { body }, ...more }],
      }),
    );
  };
  const write = async (phone: string, body: string, options: Parameters<typeof bodyFor>[2] = {}) => {
    const secret = (options?.integration ?? org.integration).appSecret;
    expect(await deliver(bodyFor(phone, body, options), secret)).toBe(200);
    await processAll(db);
  };
  const confirmations = () =>
    db
      .select()
      .from(messages)
      .where(and(eq(messages.organizationId, org.organizationId), eq(messages.confirmsStop, true)))
      .orderBy(asc(messages.id));
  const texts = async () =>
    (await confirmations()).map(({ content }) => (content?.type === "text" ? content.body : content?.type));
  return { ...org, bodyFor, write, confirmations, texts };
}

test("a stop is confirmed once in the person's language, and then there is silence until the next one", async () => {
  const org = await connected();
  const phone = somePhone();
  await org.optIn(phone);
  await org.write(phone, "DUR");
  await org.write(phone, "DUR");
  await org.write(phone, "stop");
  const [first, ...more] = await org.texts();
  expect(first).toMatch(/artık size mesaj göndermeyecek.+BAŞLAT/);
  expect(more).toEqual([]);
  await db.update(messages).set({ status: "sent" }).where(eq(messages.confirmsStop, true));
  await org.write(phone, "BAŞLAT");
  await org.write(phone, "STOP");
  expect(await org.texts()).toHaveLength(2);
  expect(await deadLettersOf(db, org.organizationId)).toEqual([]);
});

test("passes the gate that nothing else passes any more, but not a closed window", async () => {
  const org = await connected();
  const phone = somePhone();
  await org.write(phone, "STOP");
  const [row] = await org.confirmations();
  if (!row) throw new Error("There is no confirmation.");
  const verdict = async (ctx = org.systemAt()) => (await lookAgain(ctx, org.integration, [row])).get(row.id);
  expect(await verdict()).toMatchObject({ verdict: "go", windowOpen: true });
  expect((await lookAgain(org.systemAt(), org.integration, [{ ...row, confirmsStop: false }])).get(row.id)).toMatchObject({
    verdict: "refuse",
    reason: { code: "recipient_not_opted_in" },
  });
  expect(await verdict(org.systemAt(new Date(Date.now() + 25 * 3_600_000)))).toMatchObject({
    reason: { code: "outside_customer_service_window" },
  });
  await expect(org.send({ phoneNumber: phone, message: "Please stay" })).rejects.toMatchObject({
    code: "recipient_not_opted_in",
  });
});

test("is no message sent after a withdrawal", async () => {
  const org = await connected();
  await org.write(somePhone(), "STOP");
  const left = new Date(Date.now() + 1_000);
  const countOf = async () => /^whatsapp_sent_after_withdrawal (\d+)$/m.exec(await renderMetrics(db, new Date()))?.[1];
  const before = await countOf();
  await db
    .update(messages)
    .set({
      status: "sent",
      purpose: "utility",
      sentAt: left,
      timeline: [{ step: "sending", at: left.toISOString(), source: "dispatch" }],
    })
    .where(and(eq(messages.organizationId, org.organizationId), eq(messages.confirmsStop, true)));
  expect(await countOf()).toBe(before);
});

test("two stops of one person to two numbers at the same moment are confirmed once", async () => {
  const org = await connected();
  const second = await addIntegration(db, org.organizationId);
  for (let i = 0; i < 5; i += 1) {
    const phone = somePhone();
    await org.optIn(phone);
    const bodies = [org.bodyFor(phone, "STOP"), org.bodyFor(phone, "DUR", { integration: second })];
    await deliver(bodies[0] ?? "", org.integration.appSecret);
    await deliver(bodies[1] ?? "", second.appSecret);
    await Promise.all([processAll(db), processAll(db)]);
    await processAll(db);
    expect(await org.confirmations()).toHaveLength(i + 1);
  }
});

test("nothing confirms a stop in a group, one of yesterday, a start, or a sentence with the word in it", async () => {
  const org = await connected();
  await org.write(somePhone(), "STOP", { more: { group_id: "g1" } });
  await org.write(somePhone(), "STOP", { agoSeconds: 25 * 3600 });
  await org.write(somePhone(), "BAŞLAT");
  await org.write(somePhone(), "please stop by at 5");
  await org.write(somePhone(), "durum nedir");
  expect(await org.texts()).toEqual([]);
});

test("is taken back by a start that comes before it has left", async () => {
  const org = await connected();
  const phone = somePhone();
  await org.optIn(phone);
  await org.write(phone, "DUR", { agoSeconds: 20 });
  expect(await org.texts()).toHaveLength(1);
  await org.write(phone, "BAŞLAT", { agoSeconds: 10 });
  expect(await org.texts()).toEqual([]);
});

test("is switched off, worded and started by words of the organization's own", async () => {
  const org = await connected();
  const phone = somePhone();
  await updateConsentSettings(org.ctx, {
    words: { stop: ["yeter"], stopOffers: ["indirim yok"], start: [] },
    confirmations: { tr: { stopOffers: "Kampanya yok artık. {{preferences}}" } },
  });
  await org.write(phone, "İndirim yok!");
  const [text = ""] = await org.texts();
  expect(text).toMatch(/^Kampanya yok artık\. http/);
  expect(await personOfPreferenceToken(db, text.split("/").at(-1) ?? "")).toMatchObject({ organizationId: org.organizationId });
  await updateConsentSettings(org.ctx, { confirmStops: false });
  await org.write(phone, "YETER");
  expect(await org.texts()).toHaveLength(1);
  await expect(org.send({ phoneNumber: phone, message: "Hello?" })).rejects.toMatchObject({ code: "recipient_not_opted_in" });
});
