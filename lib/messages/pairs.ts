import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { pairs } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import { PAIR_LIMIT, pairWaitMs } from "@/lib/whatsapp/limits";

/** How far ahead a burst may borrow: 45 messages at one per 6 s. */
const BORROW_MS = PAIR_LIMIT.burst * PAIR_LIMIT.intervalMs;

type Pair = { paidUntil: number; heldUntil: number };

/** Pure: takes one message of the pair's budget at `now`; the time to come back when there is none. */
export function takeTurn(pair: Pair, now: number): { pair: Pair; waitUntil: number | null } {
  if (pair.heldUntil > now) return { pair, waitUntil: pair.heldUntil };
  const paidUntil = Math.max(pair.paidUntil, now) + PAIR_LIMIT.intervalMs;
  if (paidUntil - now > BORROW_MS) return { pair, waitUntil: paidUntil - BORROW_MS };
  return { pair: { ...pair, paidUntil }, waitUntil: null };
}

/** Decides for a batch in order who may be written to now. Answers the waiting time of the others, by message id; writes the budgets back. */
export async function takeTurns(ctx: Ctx, integrationId: string, batch: { id: string; recipientIndex: string }[]): Promise<Map<string, Date>> {
  const people = [...new Set(batch.map((m) => m.recipientIndex))];
  if (people.length === 0) return new Map();
  const rows = await ctx.db
    .select({ recipientIndex: pairs.recipientIndex, paidUntil: pairs.paidUntil, heldUntil: pairs.heldUntil })
    .from(pairs)
    .where(and(eq(pairs.integrationId, integrationId), inArray(pairs.recipientIndex, people)));
  const state = new Map(rows.map((row) => [row.recipientIndex, { paidUntil: row.paidUntil.getTime(), heldUntil: row.heldUntil?.getTime() ?? 0 }]));
  const waiting = new Map<string, Date>();
  const touched = new Map<string, Pair>();
  for (const message of batch) {
    const turn = takeTurn(state.get(message.recipientIndex) ?? { paidUntil: 0, heldUntil: 0 }, ctx.now.getTime());
    if (turn.waitUntil !== null) waiting.set(message.id, new Date(turn.waitUntil));
    else {
      state.set(message.recipientIndex, turn.pair);
      touched.set(message.recipientIndex, turn.pair);
    }
  }
  if (touched.size > 0) {
    await ctx.db
      .insert(pairs)
      .values([...touched].map(([recipientIndex, pair]) => ({ integrationId, recipientIndex, organizationId: ctx.organizationId, paidUntil: new Date(pair.paidUntil) })))
      .onConflictDoUpdate({ target: [pairs.integrationId, pairs.recipientIndex], set: { paidUntil: sql`excluded.paid_until` } });
  }
  return waiting;
}

/** Meta refused for the pair (131056): holds only this person, 4^n seconds, longer each time it happens again. Answers until when. */
export async function holdPair(ctx: Ctx, integrationId: string, recipientIndex: string): Promise<Date> {
  const [row] = await ctx.db
    .insert(pairs)
    .values({ integrationId, recipientIndex, organizationId: ctx.organizationId, paidUntil: ctx.now, holds: 1 })
    .onConflictDoUpdate({ target: [pairs.integrationId, pairs.recipientIndex], set: { holds: sql`least(${pairs.holds} + 1, 8)` } })
    .returning({ holds: pairs.holds });
  const until = new Date(ctx.now.getTime() + pairWaitMs((row?.holds ?? 1) - 1));
  await ctx.db.update(pairs).set({ heldUntil: until }).where(and(eq(pairs.integrationId, integrationId), eq(pairs.recipientIndex, recipientIndex)));
  return until;
}

/** Meta took a message for these people again: the next hold starts small. */
export async function forgetHolds(ctx: Ctx, integrationId: string, recipientIndexes: string[]): Promise<void> {
  if (recipientIndexes.length === 0) return;
  await ctx.db
    .update(pairs)
    .set({ holds: 0, heldUntil: null })
    .where(and(eq(pairs.integrationId, integrationId), inArray(pairs.recipientIndex, recipientIndexes), sql`${pairs.holds} > 0`));
}
