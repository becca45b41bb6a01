import { randomInt } from "node:crypto";
import { eq } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { type messages, outreach } from "@/db/schema/messages";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { cancelMessage } from "@/lib/messages/cancel";
import { applyStatuses } from "@/lib/messages/delivery-reports";
import { OUTCOME_UNKNOWN } from "@/lib/messages/states";
import { makeSender, ORDER, type Sender, seeded, somePhone } from "@/lib/messages/testing";
import { transition } from "@/lib/messages/transitions";
import { askAgain } from "./ask-again";
import { type Outcome, writeOutcomes } from "./outcome";
import { failUnsettled, rescueStuck } from "./sweep";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

const MESSAGES = 4;
const STEPS = 60;
const HOUR_MS = 3_600_000;

type Row = typeof messages.$inferSelect;
type Walk = { org: Sender; random: () => number; clock: number };
const pick = <T>({ random }: Walk, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** Everything that can happen to a message, in whatever state it is: what does not fit must do nothing. */
const EVENTS: Record<string, (walk: Walk, row: Row) => Promise<unknown>> = {
  leaves: ({ org }, row) =>
    transition(org.systemAt(), "leave", [
      {
        id: row.id,
        step: [{ step: "sending", at: new Date().toISOString(), source: "dispatch" }],
        attempts: row.attempts + 1,
        outside_window: true,
        lease_owner: "walk",
        lease_until: new Date(Date.now() + 60_000),
      },
    ]),
  "is put off": ({ org }, row) =>
    transition(org.systemAt(), "postpone", [
      { id: row.id, step: [], due_at: new Date(Date.now() + HOUR_MS), waits_for: "allowance" },
    ]),
  "is scheduled": ({ org }, row) =>
    transition(org.systemAt(), "schedule", [
      { id: row.id, step: [], due_at: new Date(Date.now() + HOUR_MS), scheduled_for: new Date(), waits_for: "business_hours" },
    ]),
  "is sent outside hours": ({ org }, row) =>
    transition(org.systemAt(), "sendNow", [{ id: row.id, step: [], due_at: new Date(), ignores_hours: true }]),
  "is asked again": ({ org }) => askAgain(db, new Date(), org.organizationId),
  "is taken back": ({ org }, row) => cancelMessage(org.systemAt(), row.id).catch(() => undefined),
  "has an answer": (walk, row) => {
    const { id } = row;
    const outcomes: Outcome[] = [
      { id, kind: "accepted", wamid: `wamid.${id}`, at: new Date(), hold: pick(walk, [null, "paused"]) },
      { id, kind: "retry", attempt: row.attempts, dueAt: new Date(), detail: "130429" },
      { id, kind: "unknown", detail: "TIMEOUT" },
      { id, kind: "failed", failure: { code: 131026, reason: "bad_recipient" } },
    ];
    return writeOutcomes(walk.org.systemAt(), walk.org.integration.id, [pick(walk, outcomes)]);
  },
  "is reported": (walk, row) => {
    walk.clock += 1_000;
    const status = pick(walk, ["sent", "delivered", "read", "played", "failed"]);
    const report = { wamid: `wamid.${row.id}`, callbackData: row.id, status, at: new Date(walk.clock), errors: [] };
    return applyStatuses(walk.org.systemAt(), walk.org.integration.id, pick(walk, [[report], [report, report]]));
  },
  "is left by a sender that died": () => rescueStuck(db, new Date(Date.now() + 2 * 60_000)),
  "is given up": () => failUnsettled(db, new Date(Date.now() + 2 * HOUR_MS)),
};

/** What Meta is known to have done with it; a state never steps back from that. */
function strength({ status, failure }: Row): number {
  if (status === "failed") return failure?.reason === OUTCOME_UNKNOWN ? 0 : 2;
  return { sent: 1, delivered: 3, read: 4 }[status as string] ?? 0;
}

test.each(Array.from({ length: 4 }, () => randomInt(1_000_000)))(
  "whatever happens to a message in whatever order, it is in one state and holds what belongs to that (seed %i)",
  async (seed) => {
    const org = await makeSender(db, { integration: { messagingLimitTier: "TIER_250" } });
    const walk: Walk = { org, random: seeded(seed), clock: Date.now() - HOUR_MS };
    const ids: string[] = [];
    for (let i = 0; i < MESSAGES; i++) {
      const phoneNumber = somePhone();
      await org.optIn(phoneNumber);
      ids.push((await org.send({ phoneNumber, ...ORDER })).id);
    }
    const wasGivenUp = new Set<string>();
    let before = await Promise.all(ids.map((id) => org.read(id)));
    for (let step = 0; step < STEPS; step++) {
      const name = pick(walk, Object.keys(EVENTS));
      const row = pick(walk, before);
      await EVENTS[name]?.(walk, row);
      const after = await Promise.all(ids.map((id) => org.read(id)));
      const places = await db.select().from(outreach).where(eq(outreach.organizationId, org.organizationId));
      for (const [i, now] of after.entries()) {
        const was = before[i] as Row;
        const where = `seed ${seed}, step ${step}: ${row.id === now.id ? name : "another message"}, ${was.status} to ${now.status}`;
        if (now.status === "failed" && now.failure?.reason === OUTCOME_UNKNOWN) wasGivenUp.add(now.id);
        expect(strength(now), where).toBeGreaterThanOrEqual(strength(was));
        if (was.status === "cancelled") expect(now.status, where).toBe("cancelled");
        expect([now.leaseOwner !== null, now.leaseUntil !== null], where).toEqual(
          now.status === "sending" ? [true, true] : [false, false],
        );
        expect(now.unknownSince !== null, where).toBe(now.status === "unknown");
        expect([now.failure !== null, now.failedAt !== null], where).toEqual(
          now.status === "failed" ? [true, true] : [false, false],
        );
        if (now.waitsFor) expect(["queued", "scheduled"], where).toContain(now.status);
        if (now.metaHold) expect(now.status, where).toBe("sent");
        const place = places.find((one) => one.contactId === now.contactId);
        const isOver = ["delivered", "read", "failed", "cancelled"].includes(now.status);
        if (!wasGivenUp.has(now.id)) expect(place?.reservedBy === now.id, where).toBe(!isOver);
        if (now.outsideWindow && ["delivered", "read"].includes(now.status)) expect(place?.deliveredAt, where).not.toBeNull();
        const told = now.timeline.filter(({ source }) => source === "webhook").map((one) => one.step);
        expect(told, where).toHaveLength(new Set(told).size);
      }
      before = after;
    }
  },
);
