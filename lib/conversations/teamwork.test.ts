import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { conversations } from "@/db/schema/contacts";
import { useTestDatabase } from "@/db/testing";
import { mergeContacts } from "@/lib/contacts/merge";
import { type Ctx, openDatabase } from "@/lib/ctx";
import { noteActivity } from "@/lib/messages/conversation-activity";
import { makeSender, somePhone } from "@/lib/messages/testing";
import { removeMember } from "@/lib/organizations/members";
import { updateOrganization } from "@/lib/organizations/organizations";
import { answerConversation } from "./answer";
import { assignConversation } from "./assign";
import { getConversation, listConversations } from "./conversations";
import { countConversations } from "./counts";
import { createLabel, removeLabel, setLabels } from "./labels";
import { addNote, listNotes, removeNote } from "./notes";
import { createSavedReply, updateSavedReply } from "./saved-replies";
import type { AnswerConversation } from "./schema";
import { updateConversation } from "./update";
import { fillReply } from "./words";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const HOUR_MS = 3_600_000;

async function team() {
  const org = await makeSender(db);
  const ayse = await org.addMember("operator");
  const can = await org.addMember("operator");
  const bot: Ctx = { ...org.ctx, actor: { type: "token", id: "tok_1", name: "Bot" } };
  const talkTo = async (phone: string, unread = 1) => {
    const { id: contactId } = await org.heard(phone);
    await noteActivity(org.ctx, [{ integrationId: org.integration.id, contactId, at: new Date(), unread }]);
    const [talk] = (await listConversations(org.ctx, { limit: 1, contactId })).data;
    return { id: talk?.id ?? "", contactId };
  };
  const answer = (ctx: Ctx, id: string, body: AnswerConversation) =>
    answerConversation({ ...ctx, now: new Date() }, id, body, null);
  return { ...org, ayse: ayse.ctx, can: can.ctx, bot, talkTo, answer };
}

describe("taking", () => {
  test("of two who take a conversation at the same moment one has it, and the other is told who, 200 times", async () => {
    const { organizationId, ayse, can, talkTo } = await team();
    const talks: string[] = [];
    for (let i = 0; i < 20; i += 1) talks.push((await talkTo(somePhone())).id);
    const claim = async (id: string) => {
      const claims = [ayse, can].map((ctx) => assignConversation(ctx, id, { assigneeId: "me", from: null }));
      const [first, second] = await Promise.allSettled(claims);
      const [winner, loser] = first?.status === "fulfilled" ? [ayse, second] : [can, first];
      expect([first?.status, second?.status].sort()).toEqual(["fulfilled", "rejected"]);
      const { id: userId, name } = winner.actor;
      expect(loser).toMatchObject({ reason: { code: "conflict", details: { assignee: { id: userId, name } } } });
      const [row] = await db.select().from(conversations).where(eq(conversations.id, id));
      expect(row?.assigneeId).toBe(userId);
    };
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(talks.map(claim));
      await db.update(conversations).set({ assigneeId: null }).where(eq(conversations.organizationId, organizationId));
    }
  });

  test("again, from whom it was, or without asking goes through; from whom it no longer is does not", async () => {
    const { ayse, can, talkTo } = await team();
    const { id } = await talkTo(somePhone());
    await assignConversation(ayse, id, { assigneeId: "me", from: null });
    expect((await assignConversation(ayse, id, { assigneeId: "me", from: null })).assignee?.id).toBe(ayse.actor.id);
    expect((await assignConversation(can, id, { assigneeId: "me", from: ayse.actor.id })).assignee?.id).toBe(can.actor.id);
    await expect(assignConversation(ayse, id, { assigneeId: null, from: ayse.actor.id })).rejects.toMatchObject({
      code: "conflict",
    });
    expect((await assignConversation(ayse, id, { assigneeId: null })).assignee).toBeNull();
  });

  test("goes to nobody who is no member, may not answer, or is a program", async () => {
    const { ayse, bot, ctx, addMember, talkTo } = await team();
    const stranger = await team();
    const viewer = await addMember("viewer");
    const { id } = await talkTo(somePhone());
    await expect(assignConversation(ayse, id, { assigneeId: stranger.ayse.actor.id })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(assignConversation(ayse, id, { assigneeId: viewer.userId })).rejects.toMatchObject({ code: "conflict" });
    await expect(assignConversation(bot, id, { assigneeId: "me" })).rejects.toMatchObject({ code: "validation_failed" });
    await assignConversation(bot, id, { assigneeId: ayse.actor.id });
    await removeMember(ctx, ayse.actor.id);
    expect((await getConversation(ctx, id)).assignee).toBeNull();
  });
});

describe("answering", () => {
  test("of two who answer what both have read one is sent, and the other is held up with its text", async () => {
    const { ayse, can, talkTo, answer } = await team();
    for (let i = 0; i < 8; i += 1) {
      const { id } = await talkTo(somePhone());
      const { lastAnswerId } = await getConversation(ayse, id);
      const [first, second] = await Promise.allSettled([
        answer(ayse, id, { message: "From Ayşe", lastAnswerId }),
        answer(can, id, { message: "From Can", lastAnswerId }),
      ]);
      expect([first?.status, second?.status].sort()).toEqual(["fulfilled", "rejected"]);
      const [text, by] = first?.status === "fulfilled" ? ["From Ayşe", ayse] : ["From Can", can];
      expect(first?.status === "fulfilled" ? second : first).toMatchObject({
        reason: { code: "conflict", details: { answers: [{ text, by: by.actor.name }] } },
      });
    }
  });

  test("goes on after what one has seen, after one's own words, and where nothing is asked", async () => {
    const { ayse, can, bot, talkTo, answer } = await team();
    const { id } = await talkTo(somePhone());
    await answer(ayse, id, { message: "One", lastAnswerId: null });
    await answer(ayse, id, { message: "Two", lastAnswerId: null });
    await expect(answer(can, id, { message: "Three", lastAnswerId: null })).rejects.toMatchObject({ code: "conflict" });
    await answer(can, id, { message: "Three", lastAnswerId: (await getConversation(can, id)).lastAnswerId });
    await answer(bot, id, { message: "Four" });
    await expect(answer(bot, id, { message: "Five", phoneNumber: somePhone() })).rejects.toBeDefined();
    await expect(answer(bot, id, {})).rejects.toBeDefined();
    await expect(answer(bot, "cnv_none", { message: "Six" })).rejects.toMatchObject({ code: "not_found" });
  });

  test("a program hands over to the team, and is refused once it is no longer its turn", async () => {
    const { ayse, bot, talkTo, answer } = await team();
    const { id } = await talkTo(somePhone());
    await updateConversation(bot, id, { answeredBy: "program" });
    expect((await getConversation(bot, id)).owner).toBe("program");
    await answer(bot, id, { message: "How can I help?", owner: "program" });
    expect((await getConversation(bot, id)).owner).toBe("customer");
    await expect(answer(bot, id, { message: "Hello?", owner: "program" })).rejects.toMatchObject({
      code: "conflict",
      details: { owner: "customer" },
    });
    await answer(ayse, id, { message: "I take over" });
    expect((await getConversation(bot, id)).answeredBy).toBe("person");
  });

  test("is the assignee's alone where the organization says so, and takes what nobody has", async () => {
    const { ayse, can, bot, ctx, talkTo, answer } = await team();
    const { id } = await talkTo(somePhone());
    await updateOrganization(ctx, { onlyAssigneeAnswers: true });
    await answer(ayse, id, { message: "Mine now" });
    expect((await getConversation(ayse, id)).assignee?.id).toBe(ayse.actor.id);
    await expect(answer(can, id, { message: "Me too" })).rejects.toMatchObject({
      code: "forbidden",
      details: { assignee: { name: ayse.actor.name } },
    });
    await expect(answer(bot, id, { message: "Beep" })).rejects.toMatchObject({ code: "forbidden" });
    const other = await talkTo(somePhone());
    await expect(answer(can, other.id, { message: "x".repeat(5_000) })).rejects.toBeDefined();
    expect((await getConversation(can, other.id)).assignee).toBeNull();
  });
});

describe("states", () => {
  test("a snoozed conversation comes back at its moment, a closed one when the person writes", async () => {
    const { ayse, talkTo, integration } = await team();
    const { id, contactId } = await talkTo(somePhone(), 0);
    const until = new Date(Date.now() + HOUR_MS);
    expect(await updateConversation(ayse, id, { state: "snoozed", snoozedUntil: until.toISOString() })).toMatchObject({
      state: "snoozed",
      snoozedUntil: until.toISOString(),
    });
    const later = { ...ayse, now: new Date(until.getTime() + 1) };
    expect(await getConversation(later, id)).toMatchObject({ state: "open", snoozedUntil: null });
    expect((await countConversations(ayse, {})).snoozed).toBe(1);
    expect(await countConversations(later, {})).toMatchObject({ snoozed: 0, open: 1 });
    await updateConversation(ayse, id, { state: "closed" });
    await noteActivity(ayse, [{ integrationId: integration.id, contactId, at: new Date() }]);
    expect((await getConversation(ayse, id)).state).toBe("closed");
    await noteActivity(ayse, [{ integrationId: integration.id, contactId, at: new Date(), unread: 1 }]);
    expect((await getConversation(ayse, id)).state).toBe("open");
  });

  test("cannot be snoozed into the past or for ever", async () => {
    const { ayse, talkTo } = await team();
    const { id } = await talkTo(somePhone());
    for (const snoozedUntil of ["2020-01-01T00:00:00Z", new Date(Date.now() + 400 * 24 * HOUR_MS).toISOString()])
      await expect(updateConversation(ayse, id, { state: "snoozed", snoozedUntil })).rejects.toMatchObject({
        code: "validation_failed",
      });
  });
});

test("every view's count is what its list has, by number and label too", async () => {
  const { ayse, can, ctx, talkTo } = await team();
  const label = await createLabel(ctx, { name: "VIP", colour: "amber" });
  const talks: string[] = [];
  for (let i = 0; i < 12; i += 1) talks.push((await talkTo(somePhone(), i % 2)).id);
  for (const [i, id] of talks.entries()) {
    if (i % 3 === 0) await assignConversation(ayse, id, { assigneeId: "me" });
    if (i % 3 === 1) await assignConversation(can, id, { assigneeId: "me" });
    if (i % 5 === 0) await updateConversation(ayse, id, { state: "closed" });
    if (i % 5 === 1)
      await updateConversation(ayse, id, { state: "snoozed", snoozedUntil: new Date(Date.now() + HOUR_MS).toISOString() });
    if (i % 4 === 0) await setLabels(ayse, id, [label.id]);
  }
  for (const filter of [{}, { labelId: label.id }]) {
    const list = async (query: object) => (await listConversations(ayse, { limit: 100, ...filter, ...query })).data.length;
    expect(await countConversations(ayse, filter)).toEqual({
      open: await list({ state: "open" }),
      snoozed: await list({ state: "snoozed" }),
      closed: await list({ state: "closed" }),
      mine: await list({ state: "open", assignee: "me" }),
      unassigned: await list({ state: "open", assignee: "none" }),
      unread: await list({ state: "open", unread: "true" }),
    });
  }
  expect(await countConversations(ayse, {})).toEqual({ open: 6, snoozed: 3, closed: 3, mine: 2, unassigned: 2, unread: 3 });
});

test("labels are the organization's, one of a name, and leave with what they were on", async () => {
  const { ayse, talkTo } = await team();
  const other = await team();
  const { id } = await talkTo(somePhone());
  const vip = await createLabel(ayse, { name: "VIP", colour: "amber" });
  await expect(createLabel(ayse, { name: "vip", colour: "red" })).rejects.toMatchObject({ code: "conflict" });
  const theirs = await createLabel(other.ayse, { name: "VIP", colour: "red" });
  await expect(setLabels(ayse, id, [vip.id, theirs.id])).rejects.toMatchObject({ code: "not_found" });
  expect((await setLabels(ayse, id, [vip.id, vip.id])).labels).toEqual([vip]);
  await removeLabel(ayse, vip.id);
  expect((await getConversation(ayse, id)).labels).toEqual([]);
});

test("notes are the team's: taken back by who wrote them, and kept when two contacts become one", async () => {
  const { ayse, can, ctx, talkTo } = await team();
  const [first, second] = [await talkTo(somePhone()), await talkTo(somePhone())];
  const note = await addNote(ayse, first.id, { text: "Likes tea" });
  const label = await createLabel(ayse, { name: "Tea", colour: "green" });
  await setLabels(ayse, second.id, [label.id]);
  await addNote(can, second.id, { text: "Likes coffee" });
  await expect(removeNote(can, first.id, note.id)).rejects.toMatchObject({ code: "forbidden" });
  await mergeContacts(ctx, first.contactId, second.contactId);
  const [talk] = (await listConversations(ayse, { limit: 25 })).data;
  expect(talk?.labels).toEqual([label]);
  expect((await listNotes(ayse, talk?.id ?? "", { limit: 25 })).data.map(({ text }) => text)).toEqual([
    "Likes coffee",
    "Likes tea",
  ]);
  await removeNote(ayse, talk?.id ?? "", note.id);
  expect((await listNotes(ayse, talk?.id ?? "", { limit: 25 })).data).toHaveLength(1);
});

test("a saved reply has one name, is saved by one after the other, and is filled in where it is used", async () => {
  const { ayse } = await team();
  const reply = await createSavedReply(ayse, { title: "Hours", text: "Hello {{name}}" });
  await expect(createSavedReply(ayse, { title: "HOURS", text: "x" })).rejects.toMatchObject({ code: "conflict" });
  await updateSavedReply(ayse, reply.id, { text: "Hi {{name}}", updatedAt: reply.updatedAt });
  await expect(updateSavedReply(ayse, reply.id, { text: "Hey", updatedAt: reply.updatedAt })).rejects.toMatchObject({
    code: "conflict",
    details: { current: { text: "Hi {{name}}" } },
  });
  const values = { name: "", organization: "Ege", agent: "Ayşe", preferences: "" };
  expect(fillReply("Hello {{name}}, {{ agent }} of {{organization}} {{other}}", values)).toBe("Hello, Ayşe of Ege {{other}}");
});
