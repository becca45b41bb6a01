import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { closeWindows } from "@/lib/contacts/windows";
import { openDatabase } from "@/lib/ctx";
import { checkMessage } from "./send";
import { makeSender } from "./testing";

useTestDatabase();
let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

test("Meta's word that the window is closed holds until the person writes again", async () => {
  const org = await makeSender(db);
  const phoneNumber = "+905551230000";
  await org.optIn(phoneNumber);
  const now = Date.now();
  const contact = await org.heard(phoneNumber, new Date(now - 60_000));
  const codes = async () =>
    (await checkMessage(org.ctxAt(new Date()), { phoneNumber, message: "Hi" })).reasons.map((r) => r.code);
  expect(await codes()).toEqual([]);
  await closeWindows(org.ctx, org.integration.id, [{ contactId: contact.id, at: new Date(now - 30_000) }]);
  expect(await codes()).toEqual(["outside_customer_service_window"]);
  await org.heard(phoneNumber, new Date(now - 10_000));
  expect(await codes()).toEqual([]);
});

test("a person without a number is opted in, asked about and written to by contact or by Meta's user id", async () => {
  const org = await makeSender(db);
  const { recordConsent } = await import("@/lib/contacts/ledger");
  const { contactId } = await recordConsent(org.ctx, { userId: "TR.42", purpose: "all", status: "opted_in", source: "test" });
  const order = { template: "order_confirmation", templateParams: { orderNumber: "1", customerName: "A" }, language: "en" };
  const ids = [await org.send({ userId: "TR.42", ...order }), await org.send({ contactId, ...order })].map(({ id }) => id);
  for (const id of ids) expect(await org.read(id)).toMatchObject({ recipient: "TR.42", contactId });
  expect((await checkMessage(org.ctx, { contactId: "con_nobody", ...order })).reasons).toMatchObject([
    { code: "not_found", details: { contactId: "con_nobody" } },
  ]);
});
