import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { GET } from "@/app/api/v1/crm/whatsapp/messages/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { messages } from "@/db/schema/messages";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { addIntegration, makeSender, ORDER, type Sender } from "./testing";

useTestDatabase();

let db: Db;
let sender: Sender;
/** By when and to whom, oldest first. */
const sent: { id: string; phone: string; at: Date }[] = [];
const [ANA, BEN] = ["+905551234567", "+905551234568"];
const NOON = Date.now() - 60_000;

beforeAll(async () => {
  db = await openDatabase();
  sender = await makeSender(db);
  const second = await addIntegration(db, sender.organizationId, { businessAccountId: sender.integration.businessAccountId });
  for (const [i, phone] of [ANA, BEN, ANA, BEN, ANA].entries()) {
    await sender.optIn(phone);
    const at = new Date(NOON + i * 1_000);
    const { id } = await sender.send({ phoneNumber: phone, ...ORDER, ...(i === 3 ? { integrationId: second.id } : {}) });
    await db
      .update(messages)
      .set({ createdAt: at, ...(i === 1 ? { status: "failed", failure: { reason: "x" } } : {}) })
      .where(eq(messages.id, id));
    sent.push({ id, phone, at });
  }
});

const list = async (query: string) => {
  const { status, body } = await ask(GET, { token: sender.token, query });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return { ids: body.data.map((m: { id: string }) => sent.findIndex(({ id }) => id === m.id)), body };
};
const time = (i: number) => encodeURIComponent(sent[i]?.at.toISOString() ?? "");

describe("the list of messages, newest first", () => {
  test.each<[string, () => string, number[]]>([
    ["all", () => "", [4, 3, 2, 1, 0]],
    ["a person's by number", () => `?phoneNumber=${encodeURIComponent(BEN)}`, [3, 1]],
    ["nobody's", () => `?phoneNumber=${encodeURIComponent("+905551234569")}`, []],
    ["those of a status", () => "?status=failed", [1]],
    ["those of several", () => "?status=failed,queued", [4, 3, 2, 1, 0]],
    ["a template's", () => "?template=order_confirmation", [4, 3, 2, 1, 0]],
    ["another template's", () => "?template=hello_world", []],
    ["from a time on, that moment included", () => `?from=${time(2)}`, [4, 3, 2]],
    ["up to a time, that moment included", () => `?to=${time(2)}`, [2, 1, 0]],
    ["between two", () => `?from=${time(1)}&to=${time(3)}`, [3, 2, 1]],
    ["before all", () => `?to=${encodeURIComponent(new Date(NOON - 1).toISOString())}`, []],
    ["a person's of a status", () => `?phoneNumber=${encodeURIComponent(ANA)}&status=failed`, []],
  ])("gives %s", async (_, query, expected) => {
    expect((await list(query())).ids).toEqual(expected);
  });

  test("gives a contact's, and a number's", async () => {
    const { body } = await list(`?phoneNumber=${encodeURIComponent(BEN)}`);
    const [{ contactId, integrationId }] = body.data;
    expect((await list(`?contactId=${contactId}`)).ids).toEqual([3, 1]);
    expect((await list(`?integrationId=${integrationId}`)).ids).toEqual([3]);
    expect((await list(`?integrationId=${sender.integration.id}`)).ids).toEqual([4, 2, 1, 0]);
  });

  test("goes on where a page ended", async () => {
    const first = await list("?limit=2");
    const second = await list(`?limit=2&cursor=${first.body.nextCursor}`);
    const third = await list(`?limit=2&cursor=${second.body.nextCursor}`);
    expect([first.ids, second.ids, third.ids, third.body.nextCursor]).toEqual([[4, 3], [2, 1], [0], null]);
  });
});
