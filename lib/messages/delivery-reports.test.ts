import { randomInt } from "node:crypto";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { messages, outreach } from "@/db/schema/messages";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { type Outcome, writeOutcomes } from "@/lib/dispatch/outcome";
import { failUnsettled, rescueStuck, settleEarly } from "@/lib/dispatch/sweep";
import { applyEarlyStatuses, applyStatuses, type ReportedStatus } from "./delivery-reports";
import { getMessage } from "./messages";
import type { MessageStatus } from "./schema";
import { makeSender, ORDER, type Sender, seeded, somePhone } from "./testing";

useTestDatabase();

let db: Db;
let org: Sender;
beforeAll(async () => {
  db = await openDatabase();
  org = await makeSender(db);
});

/** Messages whose call is under way. */
async function underWay(count: number, sender = org): Promise<string[]> {
  const ids: string[] = [];
  const phoneNumber = somePhone();
  await sender.optIn(phoneNumber);
  for (let i = 0; i < count; i++) ids.push((await sender.send({ phoneNumber, ...ORDER })).id);
  await db
    .update(messages)
    .set({ status: "sending", attempts: 1, leaseUntil: new Date(Date.now() + 60_000) })
    .where(eq(messages.organizationId, sender.organizationId));
  return ids;
}

const T0 = Date.now() - 60_000;
const AT = { sent: new Date(T0), delivered: new Date(T0 + 1_000), read: new Date(T0 + 2_000), failed: new Date(T0 + 3_000) };
const second = (n: number) => new Date(T0 + n * 1_000);
const NO_ERROR = { code: null, title: null, message: null, details: null, href: null };
type Word = keyof typeof AT;
const report = (id: string, status: Word, withOurId = true): ReportedStatus => ({
  wamid: `wamid.${id}`,
  status,
  at: AT[status],
  errors: status === "failed" ? [{ code: 131026, title: "Undeliverable", message: null, details: null, href: null }] : [],
  ...(withOurId ? { callbackData: id } : {}),
});
const accepted = (id: string): Outcome => ({ id, kind: "accepted", wamid: `wamid.${id}`, at: new Date(T0 - 100) });

/** The answer of the call: written, and what came before it applied. */
async function answered(outcomes: Outcome[]): Promise<void> {
  const learned = await writeOutcomes(org.systemAt(), org.integration.id, outcomes);
  await applyEarlyStatuses(org.systemAt(), org.integration.id, learned);
}

/** Every order of the items; equal ones are not told apart. */
function orders<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return [...new Set(items)].flatMap((first) => {
    const rest = [...items];
    rest.splice(rest.indexOf(first), 1);
    return orders(rest).map((order) => [first, ...order]);
  });
}

describe("statuses in every order, each of them twice", () => {
  const all = orders<Word>(["sent", "sent", "delivered", "delivered", "read", "read"]);

  for (const [name, withOurId] of [
    ["with our id", true],
    ["with Meta's id only", false],
  ] as const) {
    test(`${name} end as read, with three steps and Meta's own times, wherever the answer of the call falls`, async () => {
      const ids = await underWay(all.length);
      for (let position = 0; position < 6; position++) {
        // The answer comes before, between or after the statuses: another place for each seventh order.
        await answered(ids.filter((_, i) => i % 7 === position).map(accepted));
        const told = ids.flatMap((id, i) => {
          const word = all[i]?.[position];
          return word ? [report(id, word, withOurId)] : [];
        });
        await applyStatuses(org.systemAt(), org.integration.id, told);
      }
      await answered(ids.filter((_, i) => i % 7 === 6).map(accepted));
      for (const [i, id] of ids.entries()) {
        const message = await org.read(id);
        const place = `${all[i]?.join()} with the answer at ${i % 7}`;
        expect(message, place).toMatchObject({
          status: "read",
          wamid: `wamid.${id}`,
          sentAt: AT.sent,
          deliveredAt: AT.delivered,
          readAt: AT.read,
          failure: null,
          leaseUntil: null,
        });
        expect(
          message.timeline
            .filter((step) => step.source === "webhook")
            .map((step) => step.step)
            .sort(),
          place,
        ).toEqual(["delivered", "read", "sent"]);
        expect(
          message.steps.filter((step) => step === "accepted"),
          place,
        ).toHaveLength(1);
      }
    });
  }

  test("end as the strongest of them: read, then delivered, then failed, then sent", async () => {
    const cases: [Word[], MessageStatus][] = [
      [["failed"], "failed"],
      [["sent", "failed"], "failed"],
      [["failed", "sent"], "failed"],
      [["failed", "delivered"], "delivered"],
      [["delivered", "failed"], "delivered"],
      [["failed", "read"], "read"],
      [["read", "failed", "sent"], "read"],
    ];
    const ids = await underWay(cases.length);
    for (const [i, [words]] of cases.entries())
      for (const word of words) await applyStatuses(org.systemAt(), org.integration.id, [report(ids[i] ?? "", word)]);
    const found = await Promise.all(ids.map(async (id) => (await org.read(id)).status));
    expect(found).toEqual(cases.map(([, status]) => status));
  });

  test("leave the same row, whatever the order, the doubles and the times they came with", async () => {
    const seed = randomInt(1_000_000);
    const random = seeded(seed);
    const [id = "", ...others] = await underWay(6);
    const reports = (own: string): ReportedStatus[] => [
      { ...report(own, "sent"), at: second(1) },
      { ...report(own, "sent"), at: second(3) },
      { ...report(own, "delivered"), at: second(5) },
      { ...report(own, "failed"), at: second(6), errors: [{ ...NO_ERROR, code: 131026 }] },
      { ...report(own, "failed"), at: second(4), errors: [{ ...NO_ERROR, code: 131000 }] },
      { ...report(own, "delivered"), at: second(2) },
      { ...report(own, "played" as Word), at: second(9) },
      { ...report(own, "read"), at: second(8) },
      { ...report(own, "played" as Word), at: second(7) },
    ];
    for (const one of reports(id)) await applyStatuses(org.systemAt(), org.integration.id, [one]);
    const told = (message: Awaited<ReturnType<typeof org.read>>) => ({
      ...message,
      timeline: message.timeline.filter((step) => step.source === "webhook").sort((a, b) => a.at.localeCompare(b.at)),
    });
    const { status, sentAt, deliveredAt, readAt, failedAt, failure, timeline } = told(await org.read(id));
    expect({ status, sentAt, deliveredAt, readAt, failedAt, failure }).toEqual({
      status: "read",
      sentAt: second(1),
      deliveredAt: second(2),
      readAt: second(8),
      failedAt: null,
      failure: null,
    });
    for (const other of others) {
      const shuffled = reports(other)
        .map((one) => [random(), one] as const)
        .sort(([a], [b]) => a - b)
        .map(([, one]) => one);
      const half = Math.floor(random() * shuffled.length);
      await applyStatuses(org.systemAt(), org.integration.id, shuffled.slice(0, half));
      await applyStatuses(org.systemAt(), org.integration.id, shuffled.slice(half));
      const end = told(await org.read(other));
      expect(end, `seed ${seed}`).toMatchObject({ status, sentAt, deliveredAt, readAt, failedAt, failure });
      expect(end.timeline, `seed ${seed}`).toEqual(timeline);
    }
  });

  test("say what is known of a failure that Meta gives no code for: the message had left", async () => {
    const [id = ""] = await underWay(1);
    await applyStatuses(org.systemAt(), org.integration.id, [{ ...report(id, "failed"), errors: [NO_ERROR] }]);
    const { error, canResend } = await getMessage(org.systemAt(), id);
    expect(error?.reason).toBe("failed_at_meta");
    expect(error?.meaning).not.toMatch(/nothing was sent|tried again/i);
    expect(canResend).toBe(true);
  });

  test("keep what Meta bills for the message, and end a hold of its", async () => {
    const [id = ""] = await underWay(1);
    await db.update(messages).set({ metaHold: "held_for_quality_assessment" }).where(eq(messages.id, id));
    const pricing = { billable: false, model: "PMP", type: "free_customer_service", category: "utility" };
    await applyStatuses(org.systemAt(), org.integration.id, [{ ...report(id, "sent"), pricing }]);
    expect(await org.read(id)).toMatchObject({ metaHold: null, pricing });
  });
});

describe("the answer, the webhooks and the sweep at the same time", () => {
  test("end in the same state without a deadlock, whoever comes first", async () => {
    const ids = await underWay(80);
    await db
      .update(messages)
      .set({ leaseUntil: new Date(Date.now() - 1) })
      .where(eq(messages.status, "sending"));
    const shuffled = () => [...ids].sort(() => Math.random() - 0.5);
    await Promise.all([
      answered(shuffled().map(accepted)),
      applyStatuses(
        org.systemAt(),
        org.integration.id,
        shuffled().map((id) => report(id, "delivered")),
      ),
      applyStatuses(
        org.systemAt(),
        org.integration.id,
        shuffled().map((id) => report(id, "sent", false)),
      ),
      rescueStuck(db, new Date()),
      answered(shuffled().map(accepted)),
    ]);
    await settleEarly(db);
    for (const id of ids) {
      const message = await org.read(id);
      expect(message).toMatchObject({ status: "delivered", wamid: `wamid.${id}`, unknownSince: null });
      expect(message.steps.filter((step) => step === "sent" || step === "delivered").sort()).toEqual(["delivered", "sent"]);
      expect(message.steps.filter((step) => step === "accepted")).toHaveLength(1);
    }
  });

  test("a status settles an unknown message, and also one that was given up: the truth may come late", async () => {
    const [unknown = "", givenUp = "", late = ""] = await underWay(3);
    await writeOutcomes(
      org.systemAt(),
      org.integration.id,
      [unknown, givenUp, late].map((id) => ({ id, kind: "unknown", detail: "TIMEOUT" })),
    );
    await applyStatuses(org.systemAt(), org.integration.id, [report(unknown, "sent")]);
    await failUnsettled(db, new Date(Date.now() + 2 * 3_600_000));
    expect((await org.read(unknown)).status).toBe("sent");
    expect(await org.read(givenUp)).toMatchObject({ status: "failed", failure: { reason: "outcome_unknown" } });
    await applyStatuses(org.systemAt(), org.integration.id, [report(givenUp, "delivered")]);
    expect(await org.read(givenUp)).toMatchObject({ status: "delivered", failure: null, failedAt: null });
    await answered([accepted(late)]);
    expect(await org.read(late)).toMatchObject({ status: "sent", failure: null, failedAt: null });
  });

  test("an outcome written twice, after a broken commit say, leaves one step", async () => {
    const [id = "", retried = ""] = await underWay(2);
    const outcomes: Outcome[] = [accepted(id), { id: retried, kind: "retry", attempt: 1, dueAt: new Date(), detail: "130429" }];
    await answered(outcomes);
    await answered(outcomes);
    expect((await org.read(id)).steps).toEqual(["queued", "accepted"]);
    expect((await org.read(retried)).steps).toEqual(["queued", "retrying"]);
  });

  test("a refusal written again while the message is being sent anew takes nothing back", async () => {
    const [id = ""] = await underWay(1);
    const refused: Outcome = { id, kind: "retry", attempt: 1, dueAt: new Date(), detail: "130429" };
    await answered([refused]);
    await db.update(messages).set({ status: "sending", attempts: 2 }).where(eq(messages.id, id));
    await answered([refused]);
    expect(await org.read(id)).toMatchObject({ status: "sending", attempts: 2 });
  });

  test("a late answer never takes back what a person cancelled or Meta failed", async () => {
    const [id = ""] = await underWay(1);
    await applyStatuses(org.systemAt(), org.integration.id, [report(id, "failed")]);
    await answered([accepted(id)]);
    expect(await org.read(id)).toMatchObject({ status: "failed", failure: { code: 131026 } });
  });
});

describe("the allowance", () => {
  const placeOf = async (sender: Sender) =>
    (await db.select().from(outreach).where(eq(outreach.organizationId, sender.organizationId)))[0];

  test("counts a person from the delivery, once, though a second message to him fails", async () => {
    const sender = await makeSender(db, { integration: { messagingLimitTier: "TIER_2K" } });
    const [first = "", second = ""] = await underWay(2, sender);
    const ctx = () => sender.systemAt();
    await applyStatuses(ctx(), sender.integration.id, [report(second, "failed")]);
    await applyStatuses(ctx(), sender.integration.id, [report(first, "delivered")]);
    expect(await placeOf(sender)).toMatchObject({ deliveredAt: AT.delivered, reservedBy: null });
    await applyStatuses(ctx(), sender.integration.id, [report(first, "read")]);
    const rows = await db.select().from(outreach).where(eq(outreach.organizationId, sender.organizationId));
    expect(rows).toHaveLength(1);
  });

  test("gives the place of a failed message back", async () => {
    const sender = await makeSender(db, { integration: { messagingLimitTier: "TIER_2K" } });
    const [id = ""] = await underWay(1, sender);
    expect(await placeOf(sender)).toMatchObject({ reservedBy: id });
    await applyStatuses(sender.systemAt(), sender.integration.id, [report(id, "failed")]);
    expect(await placeOf(sender)).toMatchObject({ reservedBy: null, deliveredAt: null });
  });
});
