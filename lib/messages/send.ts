import "server-only";
import { batched } from "@/lib/batched";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { portfolioOf } from "@/lib/integrations/access";
import { announceSoon } from "@/lib/live";
import { countAccepted } from "@/lib/metrics";
import { noteStep } from "@/lib/telemetry";
import { wake } from "@/lib/wake";
import { allowanceOf, reserveAllowance } from "./allowance";
import { allowanceUsedUp, askGateAboutOne, type Passed, type Reason } from "./gate";
import { type Claim, claimKeys, earlierAnswer, hashOf, idempotencyKey, releaseKeys } from "./idempotency";
import { prepare } from "./prepare";
import type { CheckResult } from "./reasons";
import { type Accepted, PRIORITY, type SendMessage } from "./schema";
import { storeMessages } from "./store";

/**
 * Accepts one message: when this returns, it is stored and will be sent, or ends in a state that says why not. Throws the
 * gate's first reason, with all of them in `details.reasons`. The same idempotency key and body give the same answer;
 * the same key with another body is `idempotency_conflict`. Outside a transaction: its statements are shared with the
 * requests that come at the same time. One of many (`isBulk`) is not refused for the allowance: it waits for the next free place.
 */
export async function sendMessage(
  ctx: Ctx,
  wish: SendMessage,
  headerKey: string | null = null,
  { isBulk = false, resendOf }: { isBulk?: boolean; resendOf?: string } = {},
): Promise<Accepted> {
  const named = idempotencyKey(wish.idempotencyKey, headerKey);
  const claim = named === null ? null : { key: named, requestHash: hashOf({ ...wish, idempotencyKey: undefined }) };
  const earlier = claim && (await earlierAnswer<Accepted>(ctx, claim));
  if (earlier) return earlier;

  const [prepared] = await prepare(ctx, [wish], { upload: true });
  if (!prepared || prepared instanceof AppError) throw prepared;
  const { passed, reasons } = await askGateAboutOne(ctx, prepared, { isBulk });
  if (!passed) throw refusal(reasons);
  const accepted: Accepted = {
    id: newId("msg"),
    status: passed.scheduledFor ? "scheduled" : "queued",
    ...(passed.scheduledFor ? { scheduledFor: passed.scheduledFor.toISOString() } : {}),
    integrationId: passed.integration.id,
  };
  const fate = await store({ ctx, id: accepted.id, passed, externalId: wish.externalId, resendOf, claim, accepted });
  if (fate === "claimed_already")
    return (
      (claim && (await earlierAnswer<Accepted>(ctx, claim))) ??
      sendMessage(ctx, wish, headerKey, { isBulk, ...(resendOf && { resendOf }) })
    );
  if (fate === "over_allowance") throw refusal([allowanceUsedUp(await allowanceOf(ctx, passed.integration), ctx.now)]);
  announceSoon(ctx.organizationId, ["messages"]);
  countAccepted(passed.integration.id);
  noteStep({
    messageId: accepted.id,
    name: "message.accept",
    from: ctx.now,
    attributes: acceptedAs(ctx, accepted),
    isFirst: true,
  });
  const at = passed.scheduledFor ?? undefined;
  wake({ kind: "messages", integrationId: passed.integration.id, organizationId: ctx.organizationId, ...(at ? { at } : {}) });
  return accepted;
}

const acceptedAs = (ctx: Ctx, { integrationId, status }: Accepted) => ({
  "integration.id": integrationId,
  "request.id": ctx.requestId,
  "message.status": status,
});

type Candidate = {
  ctx: Ctx;
  id: string;
  passed: Passed;
  externalId: string | undefined;
  resendOf: string | undefined;
  claim: Claim | null;
  accepted: Accepted;
};
type Fate = "stored" | "claimed_already" | "over_allowance";

/** One of many waits for its place when it leaves. */
const needsPlace = ({ passed }: Candidate) =>
  passed.outsideWindow && passed.allowanceLeft !== null && passed.priority !== PRIORITY.bulk;

/** Stores messages with their idempotency keys and their places in the allowance: each wholly or not at all. */
const store = batched<Candidate, Fate>(
  async (candidates) => {
    const { ctx } = candidates[0];
    if (!candidates.some((one) => one.claim || needsPlace(one))) {
      await storeMessages(ctx, candidates);
      return candidates.map(() => "stored");
    }
    return inTransaction(ctx, async (tx) => {
      const fates = new Map<Candidate, Fate>();
      const keyed = candidates.flatMap(({ claim, accepted }) => (claim ? [{ ...claim, response: accepted }] : []));
      const claimed = await claimKeys(tx, keyed);
      for (const one of candidates) {
        if (one.claim && claimed.get(one.claim.key) !== one.accepted) fates.set(one, "claimed_already");
      }
      const isFree = (one: Candidate) => !fates.has(one);
      const overAllowance = await reserveForEach(tx, candidates.filter(isFree).filter(needsPlace));
      for (const one of overAllowance) fates.set(one, "over_allowance");
      await releaseKeys(
        tx,
        overAllowance.flatMap(({ claim }) => claim?.key ?? []),
      );
      await storeMessages(tx, candidates.filter(isFree));
      return candidates.map((one) => fates.get(one) ?? "stored");
    });
  },
  ({ ctx }) => [ctx.db, ctx.organizationId],
);

/** Answers those for whom no place was left. */
async function reserveForEach(tx: Ctx, candidates: readonly Candidate[]): Promise<Candidate[]> {
  const portfolios = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const id = portfolioOf(one.passed.integration);
    portfolios.set(id, [...(portfolios.get(id) ?? []), one]);
  }
  const overAllowance: Candidate[] = [];
  // Always in one order, so that two runs cannot wait for each other.
  for (const [, group] of [...portfolios].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [first] = group;
    if (!first) continue;
    const people = group.map(({ id, passed }) => ({ id, contactId: passed.contactId }));
    const waiting = await reserveAllowance(tx, first.passed.integration, people);
    overAllowance.push(...group.filter(({ id }) => waiting.has(id)));
  }
  return overAllowance;
}

/** Says everything that stands against a message, and when it would leave. Nothing is sent or written. */
export async function checkMessage(ctx: Ctx, wish: SendMessage): Promise<CheckResult> {
  const [prepared] = await prepare(ctx, [wish], { upload: false });
  if (!prepared || prepared instanceof AppError) throw prepared;
  const { reasons, scheduledFor } = await askGateAboutOne(ctx, prepared);
  return {
    ok: reasons.length === 0,
    reasons,
    ...(scheduledFor ? { scheduledFor: scheduledFor.toISOString() } : {}),
  };
}

export function refusal(reasons: readonly Reason[]): AppError {
  const [first] = reasons;
  if (!first) throw new Error("A message was refused without a reason.");
  return new AppError(first.code, first.message, {
    details: { ...first.details, fix: first.fix, reasons: reasons.map(({ code, message, fix }) => ({ code, message, fix })) },
    retryAfterSeconds: first.retryAfterSeconds,
  });
}
