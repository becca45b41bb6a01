import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { POST as cancel } from "@/app/api/v1/crm/whatsapp/messages/[id]/cancel/route";
import { POST as resend } from "@/app/api/v1/crm/whatsapp/messages/[id]/resend/route";
import { GET as read } from "@/app/api/v1/crm/whatsapp/messages/[id]/route";
import { GET as list } from "@/app/api/v1/crm/whatsapp/messages/route";
import { POST as send } from "@/app/api/v1/crm/whatsapp/send/route";
import { ask } from "@/app/api/v1/testing";
import type { Db } from "@/db/client";
import { contacts } from "@/db/schema/contacts";
import { messages } from "@/db/schema/messages";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { writeOutcomes } from "@/lib/dispatch/outcome";
import { makeSender, ORDER, type Sender } from "./testing";

useTestDatabase();

let db: Db;
let own: Sender;
let other: Sender;
let id: string;
const PHONE = "+905551234567";

beforeAll(async () => {
  db = await openDatabase();
  [own, other] = [await makeSender(db), await makeSender(db)];
  await own.optIn(PHONE);
  id = (await own.send({ phoneNumber: PHONE, ...ORDER })).id;
});

describe("another organization", () => {
  test("finds no message of ours, and cannot cancel or resend it", async () => {
    const before = await own.read(id);
    const notFound = { status: 404, body: { error: "not_found" } };
    for (const status of ["queued", "failed"] as const) {
      await db.update(messages).set({ status }).where(eq(messages.id, id));
      expect(await ask(read, { token: other.token, id })).toMatchObject(notFound);
      expect(await ask(cancel, { token: other.token, id, body: {} })).toMatchObject(notFound);
      expect(await ask(resend, { token: other.token, id, body: {} })).toMatchObject(notFound);
    }
    await db.update(messages).set({ status: "queued" }).where(eq(messages.id, id));
    expect(await own.read(id)).toEqual(before);
    const filters = [
      "",
      `?phoneNumber=${encodeURIComponent(PHONE)}`,
      `?integrationId=${own.integration.id}`,
      "?template=order_confirmation",
      `?cursor=${id}Z`,
    ];
    for (const query of filters) expect((await ask(list, { token: other.token, query })).body).toMatchObject({ data: [] });
    expect((await ask(list, { token: own.token })).body.data).toHaveLength(1);
  });

  test("does not share a person's consent, contact or idempotency keys with us", async () => {
    const refused = await ask(send, { token: other.token, body: { phoneNumber: PHONE, ...ORDER } });
    expect(refused).toMatchObject({ status: 403, body: { error: "recipient_not_opted_in" } });
    await other.optIn(PHONE);
    const mine = await ask(send, { token: own.token, body: { phoneNumber: PHONE, ...ORDER, idempotencyKey: "order-1" } });
    const theirs = await ask(send, {
      token: other.token,
      body: { phoneNumber: PHONE, ...ORDER, language: "tr", idempotencyKey: "order-1" },
    });
    expect([mine.status, theirs.status]).toEqual([202, 202]);
    const rows = await db
      .select()
      .from(contacts)
      .where(and(eq(contacts.organizationId, other.organizationId)));
    expect(rows).toHaveLength(1);
  });

  test("writes no outcome to a message of ours, whatever its id", async () => {
    await db.update(messages).set({ status: "sending" }).where(eq(messages.id, id));
    await writeOutcomes(other.systemAt(), other.integration.id, [{ id, kind: "accepted", wamid: "wamid.x", at: new Date() }]);
    await writeOutcomes(other.systemAt(), other.integration.id, [{ id, kind: "failed", failure: { reason: "x" } }]);
    await writeOutcomes(other.systemAt(), other.integration.id, [
      { id, kind: "retry", attempt: 1, dueAt: new Date(), detail: "x" },
    ]);
    expect(await own.read(id)).toMatchObject({ status: "sending", wamid: null, failure: null });
  });
});
