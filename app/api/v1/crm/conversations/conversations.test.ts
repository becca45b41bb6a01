import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { createContact } from "@/lib/contacts/contacts";
import { openDatabase } from "@/lib/ctx";
import { makeSender } from "@/lib/messages/testing";
import { GET } from "./route";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

test("finds conversations by the person's name in any letters and by number, in the order of their activity", async () => {
  const sender = await makeSender(db);
  const people = [
    ["+905550107401", "Işıl Şahin"],
    ["+905550107402", "Isıl Demir"],
    ["+905550107403", "Can Doğan"],
  ] as const;
  for (const [i, [phoneNumber, name]] of people.entries()) {
    await createContact(sender.ctx, { phoneNumber, name });
    await sender.heard(phoneNumber, new Date(Date.now() - (10 - i) * 60_000));
  }
  const find = async (search: string) => {
    const address = `http://localhost/api/v1/crm/conversations?search=${encodeURIComponent(search)}`;
    const answer = await GET(new Request(address, { headers: { authorization: `Bearer ${sender.token}` } }), {
      params: Promise.resolve({}),
    });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { data: { contactName: string }[] }).data.map(({ contactName }) => contactName);
  };
  expect(await find("isil")).toEqual(["Isıl Demir", "Işıl Şahin"]);
  expect(await find("ŞAHİN")).toEqual(["Işıl Şahin"]);
  expect(await find("0555 010 74 03")).toEqual(["Can Doğan"]);
  expect(await find("nobody at all")).toEqual([]);
});
