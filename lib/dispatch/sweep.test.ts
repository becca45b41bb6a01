import { eq, inArray } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { lanes } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { deadLetters, webhookEvents } from "@/db/schema/webhooks";
import { useTestDatabase } from "@/db/testing";
import { tidy } from "@/inngest/retention";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { makeSender, ORDER, type Sender, somePhone } from "@/lib/messages/testing";
import { takeLease } from "./lease";
import { findDueIntegrations, rescueStuck } from "./sweep";

useTestDatabase();

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
let db: Db;
let org: Sender;
beforeAll(async () => {
  db = await openDatabase();
});

async function written(now = new Date()): Promise<string> {
  org = await makeSender(db);
  const phoneNumber = somePhone();
  await org.optIn(phoneNumber);
  return (await org.send({ phoneNumber, ...ORDER }, now)).id;
}
const setMessage = (id: string, values: Partial<typeof messages.$inferInsert>) =>
  db.update(messages).set(values).where(eq(messages.id, id));
const due = async () => (await findDueIntegrations(db, new Date())).map(({ id }) => id);

describe("a clock that was set back by an hour", () => {
  const ahead = () => new Date(Date.now() + HOUR_MS);

  test("keeps no message waiting that was to leave at once", async () => {
    const id = await written();
    await setMessage(id, { createdAt: ahead(), dueAt: ahead() });
    expect(await due()).not.toContain(org.integration.id);
    await tidy(db, new Date());
    expect(await due()).toContain(org.integration.id);
  });

  test("leaves a message that is scheduled where it is", async () => {
    const id = await written();
    await setMessage(id, { status: "scheduled", dueAt: ahead(), scheduledFor: ahead() });
    await tidy(db, new Date());
    expect(await due()).not.toContain(org.integration.id);
  });

  test("keeps no number from the next dispatcher, and no message in flight for ever", async () => {
    const id = await written();
    await setMessage(id, { status: "sending", attempts: 1, leaseOwner: "gone", leaseUntil: ahead() });
    await takeLease(db, org.integration, "gone");
    expect(await takeLease(db, org.integration, "next")).toBeNull();
    await db.update(lanes).set({ leaseUntil: ahead() }).where(eq(lanes.integrationId, org.integration.id));
    expect(await takeLease(db, org.integration, "next")).toMatchObject({ owner: "next" });
    expect(await rescueStuck(db, new Date())).toBe(1);
    expect(await org.read(id)).toMatchObject({ status: "unknown" });
  });
});

test("bodies of webhooks go after thirty days, unless they are not processed or hold something nobody understood", async () => {
  await written();
  const event = (days: number, status: "processed" | "failed" = "processed") => {
    const receivedAt = new Date(Date.now() - days * DAY_MS);
    return {
      id: newId("whk", receivedAt.getTime()),
      organizationId: org.organizationId,
      integrationIds: [org.integration.id],
      bodyHash: `${days} ${status} ${Math.random()}`,
      body: "{}",
      kinds: ["messages"],
      status,
      dueAt: receivedAt,
      receivedAt,
    };
  };
  const [young, old, failed, odd] = [event(29), event(31), event(31, "failed"), event(31)];
  await db.insert(webhookEvents).values([young, old, failed, odd]);
  await db.insert(deadLetters).values({
    id: newId("ddl"),
    organizationId: org.organizationId,
    eventId: odd.id,
    item: {},
    error: "What is this?",
    createdAt: new Date(),
  });
  await tidy(db, new Date());
  const left = await db
    .select({ id: webhookEvents.id })
    .from(webhookEvents)
    .where(inArray(webhookEvents.id, [young.id, old.id, failed.id, odd.id]));
  expect(left.map(({ id }) => id).sort()).toEqual([young.id, failed.id, odd.id].sort());
});
