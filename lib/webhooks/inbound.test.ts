import { and, asc, eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { contacts, conversations } from "@/db/schema/contacts";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { templates } from "@/db/schema/templates";
import { webhookEvents } from "@/db/schema/webhooks";
import { useTestDatabase } from "@/db/testing";
import { findContacts } from "@/lib/contacts/contacts";
import { contactLedger } from "@/lib/contacts/ledger";
import { listConversations, markRead, readConversation } from "@/lib/conversations/conversations";
import { openDatabase } from "@/lib/ctx";
import { renderMetrics } from "@/lib/insights/metrics";
import { recordWord } from "@/lib/messages/record-consent";
import { makeSender, ORDER, type Sender, somePhone } from "@/lib/messages/testing";
import { listDeadLetters, listWebhookEvents, replayWebhookEvent } from "./events";
import fixtures from "./fixtures.json" with { type: "json" };
import { processWebhooks } from "./process";
import { bodyOf, deadLettersOf, deliver, entryOf, eventsOf, processAll } from "./testing";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const PERSON = "905551230000";
const seconds = (agoSeconds: number) => String(Math.floor(Date.now() / 1000) - agoSeconds);

async function connected() {
  const org = await makeSender(db);
  const secret = org.integration.appSecret ?? "";
  const post = async (body: string | Uint8Array) => {
    expect(await deliver(body, secret)).toBe(200);
    await processAll(db);
  };
  const tell = (value: object, field = "messages") => post(bodyOf(entryOf(org.integration, value, field)));
  const say = (id: string, rest: object, from = PERSON) =>
    tell({
      contacts: [{ wa_id: from, profile: { name: "Ayşe" } }],
      messages: [{ id: `wamid.${id}`, from, timestamp: seconds(60), ...rest }],
    });
  const write = (id: string, body: string, from = PERSON) => say(id, { type: "text", text: { body } }, from);
  const rowsOf = () =>
    db
      .select()
      .from(messages)
      .where(and(eq(messages.organizationId, org.organizationId), eq(messages.status, "received" as never)))
      .orderBy(asc(messages.id));
  const talksTo = async (phone: string) => (await findContacts(org.ctxAt(new Date()), [phone])).get(phone)?.id;
  const talks = async () => (await listConversations(org.ctxAt(new Date()), { limit: 25 })).data;
  return { ...org, secret, post, tell, say, write, rowsOf, talks, talksTo };
}
type Connected = Awaited<ReturnType<typeof connected>>;

describe("our own webhook bodies", () => {
  for (const { what, field, value, stored, opensWindow, unread } of fixtures) {
    test(`${what} ends in the expected rows`, async () => {
      const org = await connected();
      await org.tell(value, field);
      await org.tell(value, field);
      expect((await org.rowsOf()).map(({ direction, content }) => ({ direction, content: withoutFile(content) }))).toEqual(
        stored,
      );
      const [conversation] = await db.select().from(conversations).where(eq(conversations.integrationId, org.integration.id));
      expect(Boolean(conversation?.lastInboundAt)).toBe(opensWindow);
      expect(conversation?.unread ?? 0).toBe(unread);
      expect(await deadLettersOf(db, org.organizationId)).toEqual([]);
    });
  }
});

describe("a conversation", () => {
  test("has both directions, the latest message, what is unread, and the window of what the person wrote", async () => {
    const org = await connected();
    await org.optIn(`+${PERSON}`);
    await org.send({ phoneNumber: `+${PERSON}`, ...ORDER });
    await org.write("C1", "Where is my order?");
    await org.write("C2", "Hello?");
    const reply = await org.send({ phoneNumber: `+${PERSON}`, message: "On its way" });
    const [talk] = await org.talks();
    expect(talk).toMatchObject({ contactName: "Ayşe", phoneNumber: `+${PERSON}`, unread: 2, state: "open" });
    expect(talk?.lastMessage).toMatchObject({ id: reply.id, text: "On its way", conversationId: talk?.id });
    expect(Date.parse(talk?.windowClosesAt ?? "")).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    const ctx = org.ctxAt(new Date());
    const { data } = await readConversation(ctx, talk?.id ?? "", { limit: 25 });
    expect(data.map(({ direction, text }) => `${direction} ${text.slice(0, 10)}`).sort()).toEqual([
      "incoming Hello?",
      "incoming Where is m",
      "outgoing Hi John Do",
      "outgoing On its way",
    ]);
    expect(await markRead(ctx, talk?.id ?? "")).toMatchObject({ unread: 0 });
    expect((await listConversations(ctx, { limit: 25, unread: "true" })).data).toEqual([]);
  });

  test("keeps one message of a hundred in one body each, in a handful of statements", async () => {
    const org = await connected();
    const people = Array.from({ length: 100 }, (_, i) => `9055500${String(i).padStart(5, "0")}`);
    await org.tell({
      contacts: people.map((wa_id, i) => ({ wa_id, profile: { name: `Person ${i}` } })),
      messages: people.map((from, i) => ({
        id: `wamid.H${i}`,
        from,
        timestamp: seconds(i),
        type: "text",
        text: { body: `${i}` },
      })),
    });
    expect(await org.rowsOf()).toHaveLength(100);
    const page = await listConversations(org.ctxAt(new Date()), { limit: 40 });
    const next = await listConversations(org.ctxAt(new Date()), { limit: 100, cursor: page.nextCursor ?? "" });
    expect([...page.data, ...next.data].map(({ lastMessage }) => lastMessage?.text)).toEqual(people.map((_, i) => `${i}`));
  });

  test("ends the same whatever the order and however often its webhooks come", async () => {
    const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 1e9));
    console.info(`seed ${seed}`);
    const random = mulberry(seed);
    const said = (id: string, ago: number, rest: object) => ({
      contacts: [{ wa_id: PERSON, profile: { name: "Ayşe" } }],
      messages: [{ id: `wamid.${id}`, from: PERSON, timestamp: seconds(ago), ...rest }],
    });
    const text = (body: string) => ({ type: "text", text: { body } });
    const bodies: [object, string][] = [
      [said("P1", 900, text("Hello")), "messages"],
      [said("P2", 800, text("secret")), "messages"],
      [said("P3", 700, { type: "revoke", revoke: { original_message_id: "wamid.P2" } }), "messages"],
      [said("P4", 600, text("DUR")), "messages"],
      [said("P5", 500, text("BAŞLAT")), "messages"],
      [said("P6", 400, { type: "reaction", reaction: { message_id: "wamid.P1", emoji: "👍" } }), "messages"],
      [
        {
          message_echoes: [
            { id: "wamid.P7", from: "905550009999", to: PERSON, timestamp: seconds(300), ...text("From the phone") },
          ],
        },
        "smb_message_echoes",
      ],
      [
        { user_preferences: [{ wa_id: PERSON, category: "marketing_messages", value: "stop", timestamp: Number(seconds(200)) }] },
        "user_preferences",
      ],
      [
        {
          user_preferences: [{ wa_id: PERSON, category: "marketing_messages", value: "resume", timestamp: Number(seconds(250)) }],
        },
        "user_preferences",
      ],
    ];
    const endOf = async (order: [object, string][]) => {
      const org = await connected();
      await org.optIn(`+${PERSON}`);
      for (const [value, field] of order)
        expect(await deliver(bodyOf(entryOf(org.integration, value, field)), org.secret)).toBe(200);
      await processAll(db);
      return endState(org);
    };
    const expected = await endOf(bodies);
    expect(expected).toMatchObject({ unread: 4, consent: { marketing: "opted_in", utility: "opted_in" }, stopped: true });
    expect(expected.contents[1]).toEqual({ type: "deleted", original: null });
    for (let round = 0; round < 6; round += 1) {
      const doubled = [...bodies, ...bodies.filter(() => random() < 0.5)];
      for (let i = doubled.length - 1; i > 0; i -= 1) {
        const j = Math.floor(random() * (i + 1));
        [doubled[i], doubled[j]] = [doubled[j] as (typeof bodies)[number], doubled[i] as (typeof bodies)[number]];
      }
      expect(await endOf(doubled), `seed ${seed}, round ${round}`).toEqual(expected);
    }
  });
});

describe("a stop that is not said in words", () => {
  const OFFER = { template: "weekend_offer", templateParams: { customerName: "A", discount: "20%", code: "X" } };
  const switched = (org: Connected, value: "stop" | "resume", ago: number) =>
    org.tell(
      { user_preferences: [{ wa_id: PERSON, category: "marketing_messages", value, timestamp: Number(seconds(ago)) }] },
      "user_preferences",
    );
  const ledgerOf = async (org: Connected) => {
    const contactId = (await org.talksTo(`+${PERSON}`)) ?? "";
    return contactLedger(org.ctxAt(new Date()), contactId, { limit: 25 });
  };

  test("at Meta is in the ledger, takes back the offers that wait and nothing else, until a resume gives back what it took", async () => {
    const org = await connected();
    await org.optIn(`+${PERSON}`);
    const [offer, order] = [
      await org.send({ phoneNumber: `+${PERSON}`, ...OFFER }),
      await org.send({ phoneNumber: `+${PERSON}`, ...ORDER }),
    ];
    await switched(org, "stop", -1);
    expect((await org.read(offer.id)).timeline.at(-1)).toMatchObject({
      step: "cancelled",
      detail: "recipient_opted_out_at_meta",
    });
    expect(await org.read(order.id)).toMatchObject({ status: "queued" });
    expect(await ledgerOf(org)).toMatchObject({
      state: { marketing: "opted_out", utility: "opted_in" },
      data: [{ purpose: "marketing", status: "opted_out", source: "whatsapp preference" }, {}],
    });
    await switched(org, "stop", -1);
    await switched(org, "resume", -2);
    const { state, data } = await ledgerOf(org);
    expect(state).toMatchObject({ marketing: "opted_in" });
    expect(data.map(({ status }) => status)).toEqual(["opted_in", "opted_out", "opted_in"]);
    expect((await org.send({ phoneNumber: `+${PERSON}`, ...OFFER })).status).toBe("queued");
  });

  test("a resume at Meta gives no consent that was never given, nor lifts a stop that was said to us", async () => {
    const org = await connected();
    await org.optIn(`+${PERSON}`);
    await switched(org, "stop", 2);
    await org.optOut(`+${PERSON}`);
    await switched(org, "resume", -1);
    expect((await ledgerOf(org)).state).toEqual({ marketing: "opted_out", utility: "opted_out", authentication: "opted_out" });
  });

  test("through the API takes back what waits for the purpose at once; an older word than the last takes nothing", async () => {
    const org = await connected();
    await org.optIn(`+${PERSON}`);
    const [offer, order] = [
      await org.send({ phoneNumber: `+${PERSON}`, ...OFFER }),
      await org.send({ phoneNumber: `+${PERSON}`, ...ORDER }),
    ];
    const said = { phoneNumber: `+${PERSON}`, status: "opted_out" as const, source: "by telephone" };
    await recordWord(org.ctxAt(new Date()), { ...said, purpose: "all", occurredAt: "2026-01-01T00:00:00Z" });
    expect(await org.read(offer.id)).toMatchObject({ status: "queued" });
    await recordWord(org.ctxAt(new Date()), { ...said, purpose: "marketing" });
    expect(await org.read(offer.id)).toMatchObject({ status: "cancelled" });
    expect(await org.read(order.id)).toMatchObject({ status: "queued" });
    await recordWord(org.ctxAt(new Date()), { ...said, purpose: "all" });
    expect((await org.read(order.id)).timeline.at(-1)).toMatchObject({ step: "cancelled", source: "console" });
  });

  test("is counted where a message left all the same, and how fast a webhook takes effect is measured", async () => {
    const org = await connected();
    const countOf = async () =>
      Number(/^whatsapp_sent_after_withdrawal (\d+)$/m.exec(await renderMetrics(db, new Date()))?.[1] ?? Number.NaN);
    await org.optIn(`+${PERSON}`);
    const { id } = await org.send({ phoneNumber: `+${PERSON}`, ...ORDER });
    await org.write("M1", "STOP");
    const before = await countOf();
    const left = new Date(Date.now() + 1_000);
    const timeline = [{ step: "sending", at: left.toISOString(), source: "dispatch" as const }];
    await db.update(messages).set({ status: "sent", sentAt: left, timeline }).where(eq(messages.id, id));
    expect(await countOf()).toBe(before + 1);
    await db
      .update(messages)
      .set({ timeline: [{ step: "sending", at: "2026-01-01T00:00:00.000Z", source: "dispatch" }] })
      .where(eq(messages.id, id));
    expect(await countOf()).toBe(before);
    expect(await renderMetrics(db, new Date())).toMatch(/whatsapp_webhook_effect_seconds_count [1-9]/);
  });
});

describe("the window of a conversation", () => {
  test("is not opened by what somebody writes in a group, which is no part of their own conversation", async () => {
    const org = await connected();
    await org.write("W1", "to you alone");
    await db.update(conversations).set({ lastInboundAt: null }).where(eq(conversations.integrationId, org.integration.id));
    await org.say("W2", { type: "text", text: { body: "to all" }, group_id: "g1" });
    const [talk] = await org.talks();
    expect(talk).toMatchObject({ unread: 1, windowClosesAt: null, lastMessage: { text: "to you alone" } });
    const { data } = await readConversation(org.ctxAt(new Date()), talk?.id ?? "", { limit: 25 });
    expect(data.map(({ text }) => text)).toEqual(["to you alone"]);
    expect(await org.rowsOf()).toHaveLength(2);
  });

  test("is shown closed once Meta said so, until the person writes again", async () => {
    const org = await connected();
    await org.write("W3", "hello");
    expect((await org.talks())[0]?.windowClosesAt).not.toBeNull();
    await db.update(conversations).set({ closedAt: new Date() }).where(eq(conversations.integrationId, org.integration.id));
    expect((await org.talks())[0]?.windowClosesAt).toBeNull();
  });

  test("is no longer for a free entry point, whose end comes from Meta's pricing alone", async () => {
    const org = await connected();
    await org.optIn(`+${PERSON}`);
    const { id } = await org.send({ phoneNumber: `+${PERSON}`, ...ORDER });
    const until = Math.floor(Date.now() / 1000) + 70 * 3600;
    const delivered = (type: string) =>
      org.tell({
        statuses: [
          {
            id: "wamid.F1",
            status: type === "regular" ? "sent" : "delivered",
            timestamp: seconds(10),
            recipient_id: PERSON,
            biz_opaque_callback_data: id,
            conversation: { id: "c", expiration_timestamp: String(until) },
            pricing: { billable: false, pricing_model: "PMP", type, category: "service" },
          },
        ],
      });
    await org.tell({
      contacts: [{ wa_id: PERSON }],
      messages: [
        {
          id: "wamid.F0",
          from: PERSON,
          timestamp: seconds(25 * 3600),
          type: "text",
          text: { body: "from an ad" },
          referral: { source_type: "ad", source_id: "1" },
        },
      ],
    });
    expect((await org.talks())[0]).toMatchObject({ freeEntryUntil: null, windowClosesAt: null });
    await delivered("regular");
    expect((await org.talks())[0]).toMatchObject({ freeEntryUntil: null });
    await delivered("free_entry_point");
    expect((await org.talks())[0]).toMatchObject({ freeEntryUntil: new Date(until * 1000).toISOString(), windowClosesAt: null });
  });
});

/** Our own id of a file is another one each time. */
function withoutFile(content: (typeof messages.$inferSelect)["content"]) {
  if (content?.type !== "media") return content;
  const { fileId, ...rest } = content;
  if (rest.mediaId !== null) expect(fileId).toMatch(/^med_/);
  return rest;
}

async function endState(org: Connected) {
  const [talk] = await org.talks();
  const [contact] = await db
    .select()
    .from(contacts)
    .where(eq(contacts.id, talk?.contactId ?? ""));
  const ledger = await contactLedger(org.ctxAt(new Date()), talk?.contactId ?? "", { limit: 25 });
  return {
    unread: talk?.unread,
    last: talk?.lastMessage?.text,
    contents: (await org.rowsOf()).map(({ content }) => content),
    consent: ledger.state,
    stopped: contact?.marketingStoppedAt !== null,
  };
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe("a person's stop", () => {
  const stateOf = async (org: Sender, phone: string) => {
    const { contactId } = await org.read((await org.send({ phoneNumber: phone, ...ORDER })).id);
    return { contactId };
  };

  test("ends what waits for him and for nobody else, forbids what comes, and has his words as evidence", async () => {
    const org = await connected();
    const [ayse, other] = [`+${PERSON}`, somePhone()];
    await Promise.all([org.optIn(ayse), org.optIn(other)]);
    const mine = await org.send({ phoneNumber: ayse, ...ORDER });
    const his = await org.send({ phoneNumber: other, ...ORDER });
    const { contactId } = await org.read(mine.id);
    await org.write("S1", "Dur!");
    expect(await org.read(mine.id)).toMatchObject({ status: "cancelled" });
    expect((await org.read(mine.id)).timeline.at(-1)).toMatchObject({ step: "cancelled", detail: "recipient_not_opted_in" });
    expect(await org.read(his.id)).toMatchObject({ status: "queued" });
    await expect(org.send({ phoneNumber: ayse, ...ORDER })).rejects.toMatchObject({ code: "recipient_not_opted_in" });
    await expect(org.send({ phoneNumber: ayse, message: "But why?" })).rejects.toMatchObject({ code: "recipient_not_opted_in" });
    const { data } = await contactLedger(org.ctxAt(new Date()), contactId, { limit: 25 });
    expect(data[0]).toMatchObject({ status: "opted_out", purpose: "all", source: "whatsapp message" });
    expect(data[0]?.evidence).toContain("Dur!");
    expect(data[0]?.evidence).toContain("wamid.S1");
  });

  test("said by a quick reply or a button counts as well; in a group, a history or an echo it does not", async () => {
    const org = await connected();
    const [button, group, echo, past] = [somePhone(), somePhone(), somePhone(), somePhone()];
    for (const phone of [button, group, echo, past]) await org.optIn(phone);
    await org.say("S2", { type: "button", button: { text: "Dur", payload: "x" } }, button.slice(1));
    await org.say("S3", { type: "text", text: { body: "STOP" }, group_id: "g" }, group.slice(1));
    await org.tell(
      {
        message_echoes: [
          {
            id: "wamid.S4",
            from: "905550009999",
            to: echo.slice(1),
            timestamp: seconds(5),
            type: "text",
            text: { body: "STOP" },
          },
        ],
      },
      "smb_message_echoes",
    );
    const thread = {
      id: past.slice(1),
      messages: [{ id: "wamid.S5", from: past.slice(1), timestamp: seconds(5), type: "text", text: { body: "STOP" } }],
    };
    await org.tell({ history: [{ threads: [thread] }] }, "history");
    await expect(org.send({ phoneNumber: button, ...ORDER })).rejects.toMatchObject({ code: "recipient_not_opted_in" });
    for (const phone of [group, echo, past]) expect(await stateOf(org, phone)).toHaveProperty("contactId");
  });

  test("counts although the consent was recorded a moment after the message was written, and a start gives back what it took", async () => {
    const org = await connected();
    const phone = `+${PERSON}`;
    await org.optIn(phone, "utility");
    await org.write("S6", "STOP");
    await expect(org.send({ phoneNumber: phone, ...ORDER })).rejects.toMatchObject({ code: "recipient_not_opted_in" });
    await org.say("S7", { type: "text", text: { body: "Başlat" }, timestamp: seconds(10) });
    expect(await org.send({ phoneNumber: phone, ...ORDER })).toMatchObject({ status: "queued" });
    const [talk] = await org.talks();
    const { state } = await contactLedger(org.ctxAt(new Date()), talk?.contactId ?? "", { limit: 25 });
    expect(state).toEqual({ marketing: "opted_out", utility: "opted_in", authentication: "opted_out" });
  });

  test("and a start within one second end as they came", async () => {
    const org = await connected();
    await org.optIn(`+${PERSON}`);
    const timestamp = seconds(5);
    for (let i = 0; i < 4; i += 1) {
      await org.say(`T${i}`, { type: "text", text: { body: "STOP" }, timestamp });
      await expect(org.send({ phoneNumber: `+${PERSON}`, ...ORDER })).rejects.toMatchObject({ code: "recipient_not_opted_in" });
      await org.say(`U${i}`, { type: "text", text: { body: "START" }, timestamp });
      expect(await org.send({ phoneNumber: `+${PERSON}`, ...ORDER })).toMatchObject({ status: "queued" });
    }
  });

  test("is nothing that somebody who never stopped takes back: a start alone gives no consent", async () => {
    const org = await connected();
    await org.write("S8", "START");
    await expect(org.send({ phoneNumber: `+${PERSON}`, ...ORDER })).rejects.toMatchObject({ code: "recipient_not_opted_in" });
  });
});

describe("one bad body", () => {
  const DEEP = `{"object":"whatsapp_business_account","entry":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;

  test("costs itself only, whatever it is, and what it holds can be seen", async () => {
    const org = await connected();
    const bad = ["not json", "", "\u001f\u008b gzip", "null", DEEP, '{"entry":[null]}'];
    for (const body of bad) expect(await deliver(body, org.secret), body.slice(0, 20)).toBe(200);
    const good = {
      messages: [{ id: "wamid.B1", from: PERSON, timestamp: seconds(5), type: "text", text: { body: "good" } }, null, 7],
    };
    expect(await deliver(`\ufeff${bodyOf(entryOf(org.integration, good))}`, org.secret)).toBe(200);
    await processAll(db);
    expect((await org.rowsOf()).map(({ content }) => content)).toEqual([{ type: "text", body: "good" }]);
    for (const event of await eventsOf(db, org.organizationId)) expect(event).toMatchObject({ status: "processed", error: null });
    const letters = await listDeadLetters(org.ctxAt(new Date()), { limit: 100 });
    expect(letters.data.length).toBeGreaterThanOrEqual(bad.length + 2);
  });

  test("with NUL and half emojis anywhere is kept without them", async () => {
    const org = await connected();
    const odd = "A\\u0000B \\ud83d \\\\u0000 \\ud83d\\ude00";
    const body = bodyOf(
      entryOf(org.integration, {
        contacts: [{ wa_id: PERSON, profile: { name: "ODD" } }],
        messages: [
          {
            id: "wamid.N1",
            from: PERSON,
            timestamp: seconds(5),
            type: "contacts",
            contacts: [{ name: { formatted_name: "ODD" } }],
          },
        ],
      }),
    ).replaceAll("ODD", odd);
    await org.post(body);
    const [row] = await org.rowsOf();
    expect(row?.content).toEqual({ type: "contacts", cards: [{ name: { formatted_name: "AB \ufffd \\u0000 😀" } }] });
    expect(row?.envelope).toMatchObject({ profileName: "AB \ufffd \\u0000 😀" });
    expect(await deadLettersOf(db, org.organizationId)).toEqual([]);
  });

  test("that failed is processed when Meta delivers it again, or a person replays it", async () => {
    const org = await connected();
    const body = bodyOf(
      entryOf(org.integration, {
        messages: [{ id: "wamid.R1", from: PERSON, timestamp: seconds(5), type: "text", text: { body: "late" } }],
      }),
    );
    expect(await deliver(body, org.secret)).toBe(200);
    await db
      .update(webhookEvents)
      .set({ status: "failed", attempts: 8 })
      .where(eq(webhookEvents.organizationId, org.organizationId));
    await org.post(body);
    expect(await org.rowsOf()).toHaveLength(1);
    const ctx = org.ctxAt(new Date());
    const { data } = await listWebhookEvents(ctx, { limit: 25, wamid: "wamid.R1" });
    expect(data).toMatchObject([
      { kind: "message", outcome: "processed", error: null, data: { wamid: "wamid.R1", text: "late", from: PERSON } },
    ]);
    expect(await replayWebhookEvent(ctx, data[0]?.id ?? "")).toMatchObject({ status: "pending", body });
    await processAll(db);
    expect(await org.rowsOf()).toHaveLength(1);
  });
});

test("a long body of one organization leaves every turn to the others' too", async () => {
  const [noisy, quiet] = [await connected(), await connected()];
  const flood = Array.from({ length: 1_200 }, (_, i) => ({
    id: `wamid.F${i}`,
    from: `9055${String(50_000_000 + (i % 50))}`,
    timestamp: seconds(9),
    type: "text",
    text: { body: `${i}` },
  }));
  expect(await deliver(bodyOf(entryOf(noisy.integration, { messages: flood })), noisy.secret)).toBe(200);
  const one = { messages: [{ id: "wamid.Q", from: PERSON, timestamp: seconds(5), type: "text", text: { body: "me too" } }] };
  expect(await deliver(bodyOf(entryOf(quiet.integration, one)), quiet.secret)).toBe(200);
  expect(await processWebhooks(db)).toBe(2);
  expect(await quiet.rowsOf()).toHaveLength(1);
  expect(await noisy.rowsOf()).toHaveLength(500);
  await Promise.all([processAll(db), processAll(db)]);
  expect(await noisy.rowsOf()).toHaveLength(1_200);
});

describe("what Meta tells of the account", () => {
  const stateOf = async (org: Connected) =>
    (await db.select().from(integrations).where(eq(integrations.id, org.integration.id)))[0];

  test.each([
    [{ event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "DISABLE" } }, "account_banned"],
    [
      { event: "ACCOUNT_RESTRICTION", restriction_info: [{ restriction_type: "RESTRICTED_BIZ_INITIATED_MESSAGING" }] },
      "account_restricted",
    ],
    [{ event: "ACCOUNT_DELETED" }, "account_deleted"],
    [{ event: "PARTNER_REMOVED" }, "access_removed"],
    [{ event: "DISABLED_UPDATE", ban_info: { waba_ban_state: "REINSTATE" } }, null],
    [{ event: "ACCOUNT_RESTRICTION", restriction_info: [{ restriction_type: "RESTRICTED_ADD_PHONE_NUMBER_ACTION" }] }, null],
  ])("%j pauses with the reason %s", async (value, reason) => {
    const org = await connected();
    await org.tell(value, "account_update");
    expect(await stateOf(org)).toMatchObject({ status: reason === null ? "verified" : "paused", pauseReason: reason });
  });

  test("an error of the account pauses, and the latest word about the limit counts", async () => {
    const org = await connected();
    await org.tell({ errors: [{ code: 131031, title: "Account locked" }] });
    expect(await stateOf(org)).toMatchObject({ status: "paused", pauseReason: "account_locked", pauseErrorCode: 131031 });
    const limit = (tier: string, time: number) =>
      org.post(
        JSON.stringify({
          object: "whatsapp_business_account",
          entry: [
            {
              id: org.integration.businessAccountId,
              time,
              changes: [{ field: "business_capability_update", value: { max_daily_conversations_per_business: tier } }],
            },
          ],
        }),
      );
    await limit("TIER_10K", Number(seconds(100)));
    await limit("TIER_2K", Number(seconds(200)));
    expect(await stateOf(org)).toMatchObject({ messagingLimitTier: "TIER_10K" });
    await limit("TIER_250", Number(seconds(50)));
    expect(await stateOf(org)).toMatchObject({ messagingLimitTier: "TIER_250" });
  });

  test("an older word about a template changes nothing", async () => {
    const org = await connected();
    const status = (event: string, time: number) =>
      org.post(
        JSON.stringify({
          object: "whatsapp_business_account",
          entry: [
            {
              id: org.integration.businessAccountId,
              time,
              changes: [
                {
                  field: "message_template_status_update",
                  value: { event, message_template_name: "order_confirmation", message_template_language: "en" },
                },
              ],
            },
          ],
        }),
      );
    const later = Number(seconds(-30));
    await status("PAUSED", later + 20);
    await status("APPROVED", later);
    const [row] = await db
      .select()
      .from(templates)
      .where(
        and(
          eq(templates.organizationId, org.organizationId),
          eq(templates.name, "order_confirmation"),
          eq(templates.language, "en"),
        ),
      );
    expect(row).toMatchObject({ status: "PAUSED" });
  });
});
