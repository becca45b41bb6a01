import "server-only";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { issuesOf } from "@/lib/http/respond";
import { newId } from "@/lib/ids";
import { announceSoon } from "@/lib/live";
import { countAccepted } from "@/lib/metrics";
import { noteStep } from "@/lib/telemetry";
import { wake } from "@/lib/wake";
import { askGate, type Passed, type Reason } from "./gate";
import { claimKeys, earlierAnswer, hashOf, idempotencyKey } from "./idempotency";
import { type Prepared, prepare } from "./prepare";
import { type BulkResult, type SendBulk, SendMessage } from "./schema";
import { storeMessages } from "./store";

type Result = BulkResult["results"][number];
type Taken = { index: number; id: string; passed: Passed; externalId: string | undefined };

/**
 * Accepts up to 1,000 messages in one transaction behind one gate. Every item fares for itself: a wrong one is refused with
 * its error and the others are stored. They go after replies and single messages, and wait for free places of the allowance.
 * An item's own `idempotencyKey` is refused: the header covers the whole request.
 */
export async function sendBulk(ctx: Ctx, { messages: items }: SendBulk, headerKey: string | null = null): Promise<BulkResult> {
  const key = idempotencyKey(undefined, headerKey);
  const claim = key === null ? null : { key, requestHash: hashOf(items) };
  const earlier = claim && (await earlierAnswer<BulkResult>(ctx, claim));
  if (earlier) return earlier;

  const results: Result[] = [];
  const wishes: { index: number; wish: SendMessage }[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = SendMessage.safeParse(item);
    if (!parsed.success)
      results.push({
        index,
        error: { error: "validation_failed", message: "The message is not valid", details: issuesOf(parsed.error) },
      });
    else if (parsed.data.idempotencyKey !== undefined) results.push({ index, error: KEY_IN_ITEM });
    else wishes.push({ index, wish: parsed.data });
  }
  const known: { index: number; prepared: Prepared }[] = [];
  const preparations = await prepare(
    ctx,
    wishes.map(({ wish }) => wish),
    { upload: true },
  );
  for (const [i, preparation] of preparations.entries()) {
    const index = wishes[i]?.index ?? 0;
    if (preparation instanceof AppError) results.push({ index, error: errorSaid(preparation) });
    else known.push({ index, prepared: preparation });
  }
  const verdicts =
    known.length > 0
      ? await askGate(
          ctx,
          known.map(({ prepared }) => prepared),
          { isBulk: true },
        )
      : [];
  const taken: Taken[] = [];
  for (const [i, { index, prepared }] of known.entries()) {
    const { wish } = prepared;
    const verdict = verdicts[i];
    if (verdict?.passed) taken.push({ index, id: newId("msg"), passed: verdict.passed, externalId: wish.externalId });
    else results.push({ index, error: errorOf(verdict?.reasons ?? []) });
  }
  results.push(...taken.map(({ index, id }) => ({ index, id })));
  results.sort((a, b) => a.index - b.index);
  const answer: BulkResult = { accepted: taken.length, refused: results.length - taken.length, results };

  const integrationIds = [...new Set(taken.map(({ passed }) => passed.integration.id))].sort();
  const stored = await inTransaction(ctx, async (tx) => {
    if (claim && (await claimKeys(tx, [{ ...claim, response: answer }])).size === 0) return false;
    await storeMessages(
      tx,
      taken.map((one) => ({ ...one, ctx })),
    );
    return true;
  });
  if (!stored) return (claim && (await earlierAnswer<BulkResult>(ctx, claim))) ?? sendBulk(ctx, { messages: items }, headerKey);
  announceSoon(ctx.organizationId, ["messages"]);
  for (const { id, passed } of taken) {
    countAccepted(passed.integration.id);
    const attributes = { "integration.id": passed.integration.id, "request.id": ctx.requestId, "request.messages": taken.length };
    noteStep({ messageId: id, name: "message.accept", from: ctx.now, attributes, isFirst: true });
  }
  for (const integrationId of integrationIds) {
    wake({ kind: "messages", integrationId, organizationId: ctx.organizationId });
  }
  return answer;
}

const KEY_IN_ITEM = {
  error: "validation_failed",
  message: "The message is not valid",
  details: [{ path: "idempotencyKey", message: "In bulk, send one Idempotency-Key header for the whole request" }],
};

function errorSaid({ code, message, details }: AppError): NonNullable<Result["error"]> {
  return { error: code, message, ...(details !== undefined && { details }) };
}

function errorOf(reasons: readonly Reason[]): NonNullable<Result["error"]> {
  const [first] = reasons;
  if (!first) throw new Error("A message was refused without a reason.");
  return { error: first.code, message: first.message, details: { ...first.details, fix: first.fix } };
}
