import "server-only";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { portfolioOf } from "@/lib/integrations/access";
import { announceSoon } from "@/lib/live";
import { countAccepted } from "@/lib/metrics";
import { wake } from "@/lib/wake";
import { allowanceOf, countedPeople, lockAllowance, reservePlaces } from "./allowance";
import { allowanceUsedUp, askGate, type Passed, type Reason } from "./gate";
import { claimKey, earlierAnswer, hashOf, idempotencyKey } from "./idempotency";
import type { Accepted, CheckResult, SendMessage } from "./schema";
import { storeMessages } from "./store";

/** Fewer places than this left, and requests take turns: more than there can be requests at once, so that no two take the last one. */
const CROWDED_PLACES = 1_000;

/**
 * Accepts one message: when this returns, it is stored and will be sent, or ends in a state that says why not. Throws the
 * gate's first reason, with all of them in `details.reasons`. The same idempotency key and body give the same answer;
 * the same key with another body is `idempotency_conflict`.
 */
export async function sendMessage(ctx: Ctx, wish: SendMessage, headerKey: string | null = null): Promise<Accepted> {
  const key = idempotencyKey(wish.idempotencyKey, headerKey);
  const requestHash = hashOf({ ...wish, idempotencyKey: undefined });
  const earlier = key && (await earlierAnswer<Accepted>(ctx, key, requestHash));
  if (earlier) return earlier;

  const [verdict] = await askGate(ctx, [wish]);
  if (!verdict?.passed) throw refusal(verdict?.reasons ?? []);
  const { passed } = verdict;
  const id = newId("msg");
  const accepted: Accepted = {
    id,
    status: passed.scheduledFor ? "scheduled" : "queued",
    ...(passed.scheduledFor ? { scheduledFor: passed.scheduledFor.toISOString() } : {}),
    integrationId: passed.integration.id,
  };
  const takesPlace = passed.outsideWindow && passed.allowanceLeft !== null;
  const store = async (tx: Ctx) => {
    if (key && !(await claimKey(tx, key, requestHash, accepted))) return false;
    await storeMessages(tx, [{ id, passed }]);
    if (takesPlace) await takePlace(tx, passed, id);
    return true;
  };
  const stored = key || takesPlace ? await inTransaction(ctx, store) : await store(ctx);
  if (!stored) return (await earlierAnswer<Accepted>(ctx, key ?? "", requestHash)) ?? sendMessage(ctx, wish, headerKey);
  announceSoon(ctx.organizationId, ["messages"]);
  countAccepted(passed.integration.id);
  if (!passed.scheduledFor) wake({ kind: "messages", integrationId: passed.integration.id, organizationId: ctx.organizationId });
  return accepted;
}

/** Says everything that stands against a message, and when it would leave. Nothing is sent or written. */
export async function checkMessage(ctx: Ctx, wish: SendMessage): Promise<CheckResult> {
  const [verdict] = await askGate(ctx, [wish]);
  const reasons = verdict?.reasons ?? [];
  return {
    ok: reasons.length === 0,
    reasons: reasons.map(({ code, message, fix, details }) => ({
      code,
      message,
      fix,
      ...(details === undefined ? {} : { details }),
    })),
    ...(verdict?.scheduledFor ? { scheduledFor: verdict.scheduledFor.toISOString() } : {}),
  };
}

export function refusal(reasons: readonly Reason[]): AppError {
  const [first] = reasons;
  if (!first) throw new Error("A message was refused without a reason.");
  const own = typeof first.details === "object" && first.details !== null ? first.details : {};
  return new AppError(first.code, first.message, {
    details: { ...own, fix: first.fix, reasons: reasons.map(({ code, message, fix }) => ({ code, message, fix })) },
    retryAfterSeconds: first.retryAfterSeconds,
  });
}

async function takePlace(tx: Ctx, passed: Passed, messageId: string): Promise<void> {
  const { integration, recipientIndex, allowanceLeft } = passed;
  const portfolioId = portfolioOf(integration);
  if (allowanceLeft !== null && allowanceLeft < CROWDED_PLACES) {
    await lockAllowance(tx, portfolioId);
    const allowance = await allowanceOf(tx, integration);
    const counted = await countedPeople(tx, portfolioId, [recipientIndex]);
    if (allowance.left === 0 && !counted.has(recipientIndex)) throw refusal([allowanceUsedUp(allowance, tx.now)]);
  }
  await reservePlaces(tx, [{ portfolioId, recipientIndex, messageId }]);
}
