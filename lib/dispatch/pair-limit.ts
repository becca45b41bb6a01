import "server-only";
import { and, eq, gt, inArray, lte, sql } from "drizzle-orm";
import { anyOf } from "@/db/columns";
import { pairs } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { PAIR_LIMIT, pairWaitMs } from "@/lib/whatsapp/limits";

/** How far ahead a burst may borrow: 45 messages at one per 6 s. */
const BORROW_MS = PAIR_LIMIT.burst * PAIR_LIMIT.intervalMs;

/** Enough for the longest wait, and small enough for the power of four. */
const MOST_HOLDS = 8;
const PAIR_WAIT_MAX_SECONDS = pairWaitMs(MOST_HOLDS) / 1000;

type Pair = { paidUntil: number; heldUntil: number };

/** Pure: takes one message of the pair's budget at `now`; the time to come back when there is none. */
export function takeTurn(pair: Pair, now: number): { pair: Pair; waitUntil: number | null } {
  if (pair.heldUntil > now) return { pair, waitUntil: pair.heldUntil };
  // Nothing can be borrowed further ahead than the burst, unless the clock was set back since.
  const paidUntil = Math.min(Math.max(pair.paidUntil, now), now + BORROW_MS) + PAIR_LIMIT.intervalMs;
  if (paidUntil - now > BORROW_MS) return { pair, waitUntil: paidUntil - BORROW_MS };
  return { pair: { ...pair, paidUntil }, waitUntil: null };
}

/** Decides for a batch in order who may be written to now. Answers the waiting time of the others, by message id; writes the budgets back. */
export async function takeTurns(
  ctx: Ctx,
  integrationId: string,
  batch: { id: string; contactId: string }[],
): Promise<Map<string, Date>> {
  const people = [...new Set(batch.map((m) => m.contactId))];
  if (people.length === 0) return new Map();
  const rows = await ctx.db
    .select({ contactId: pairs.contactId, paidUntil: pairs.paidUntil, heldUntil: pairs.heldUntil })
    .from(pairs)
    .where(
      and(eq(pairs.organizationId, ctx.organizationId), eq(pairs.integrationId, integrationId), anyOf(pairs.contactId, people)),
    );
  const state = new Map(
    rows.map((row) => [row.contactId, { paidUntil: row.paidUntil.getTime(), heldUntil: row.heldUntil?.getTime() ?? 0 }]),
  );
  const waiting = new Map<string, Date>();
  const touched = new Map<string, Pair>();
  for (const message of batch) {
    const turn = takeTurn(state.get(message.contactId) ?? { paidUntil: 0, heldUntil: 0 }, ctx.now.getTime());
    if (turn.waitUntil !== null) waiting.set(message.id, new Date(turn.waitUntil));
    else {
      state.set(message.contactId, turn.pair);
      touched.set(message.contactId, turn.pair);
    }
  }
  if (touched.size > 0) {
    await ctx.db
      .insert(pairs)
      .values(
        [...touched]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([contactId, pair]) => ({
            integrationId,
            contactId,
            organizationId: ctx.organizationId,
            paidUntil: new Date(pair.paidUntil),
          })),
      )
      .onConflictDoUpdate({ target: [pairs.integrationId, pairs.contactId], set: { paidUntil: sql`excluded.paid_until` } });
  }
  return waiting;
}

/**
 * Meta refused for the pair (131056): holds only this person, 4^n seconds, longer each time it happens again. The refusals of
 * messages that were under way together are one. Answers until when.
 */
export async function holdPair(ctx: Ctx, integrationId: string, contactId: string): Promise<Date> {
  const now = sql`${ctx.now.toISOString()}::timestamptz`;
  const isHeld = sql`coalesce(${pairs.heldUntil} > ${now}, false)`;
  const waitSeconds = sql`least(${PAIR_WAIT_MAX_SECONDS}, power(4, ${pairs.holds}))`;
  const [row] = await ctx.db
    .insert(pairs)
    .values({
      integrationId,
      contactId,
      organizationId: ctx.organizationId,
      paidUntil: ctx.now,
      holds: 1,
      heldUntil: new Date(ctx.now.getTime() + pairWaitMs(0)),
    })
    .onConflictDoUpdate({
      target: [pairs.integrationId, pairs.contactId],
      set: {
        holds: sql`case when ${isHeld} then ${pairs.holds} else least(${pairs.holds} + 1, ${MOST_HOLDS}) end`,
        heldUntil: sql`case when ${isHeld} then ${pairs.heldUntil} else ${now} + ${waitSeconds} * interval '1 second' end`,
      },
    })
    .returning({ heldUntil: pairs.heldUntil });
  return row?.heldUntil ?? new Date(ctx.now.getTime() + pairWaitMs(0));
}

/** Meta took a message for these people again: the next hold starts small. A hold that still runs was made after that message left. */
export async function forgetHolds(ctx: Ctx, integrationId: string, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  const ended = ctx.db
    .select({ contactId: pairs.contactId })
    .from(pairs)
    .where(
      and(
        eq(pairs.organizationId, ctx.organizationId),
        eq(pairs.integrationId, integrationId),
        anyOf(pairs.contactId, [...new Set(contactIds)]),
        gt(pairs.holds, 0),
        lte(pairs.heldUntil, ctx.now),
      ),
    )
    .orderBy(pairs.contactId)
    .for("update");
  await ctx.db
    .update(pairs)
    .set({ holds: 0, heldUntil: null })
    .where(
      and(eq(pairs.organizationId, ctx.organizationId), eq(pairs.integrationId, integrationId), inArray(pairs.contactId, ended)),
    );
}
