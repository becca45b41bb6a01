import "server-only";
import { sql } from "drizzle-orm";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { issuesOf } from "@/lib/http/respond";
import { newId } from "@/lib/ids";
import { seal } from "@/lib/keyring";
import { announceSoon } from "@/lib/live";
import { countAccepted } from "@/lib/metrics";
import { wake } from "@/lib/wake";
import { askGate, type Passed, type Reason } from "./gate";
import { claimKey, earlierAnswer, hashOf, idempotencyKey } from "./idempotency";
import { holdIntegration } from "./outcome";
import { type BulkResult, type SendBulk, SendMessage } from "./schema";
import { messageRow } from "./send";

type Result = BulkResult["results"][number];
type Taken = { index: number; id: string; passed: Passed };

/**
 * Accepts up to 1,000 messages in one transaction behind one gate. Every item fares for itself: a wrong one is refused with
 * its error and the others are stored. They go after replies and single messages, and wait for free places of the allowance.
 * An item's own `idempotencyKey` is refused: the header covers the whole request.
 */
export async function sendBulk(ctx: Ctx, { messages: items }: SendBulk, headerKey: string | null = null): Promise<BulkResult> {
  const key = idempotencyKey(undefined, headerKey);
  const requestHash = key ? hashOf(items) : "";
  const earlier = key && (await earlierAnswer<BulkResult>(ctx, key, requestHash));
  if (earlier) return earlier;

  const results: Result[] = [];
  const wishes: { index: number; wish: SendMessage }[] = [];
  for (const [index, item] of items.entries()) {
    const parsed = SendMessage.safeParse(item);
    if (!parsed.success) results.push({ index, error: { error: "validation_failed", message: "The message is not valid", details: issuesOf(parsed.error) } });
    else if (parsed.data.idempotencyKey !== undefined) results.push({ index, error: KEY_IN_ITEM });
    else wishes.push({ index, wish: parsed.data });
  }
  const verdicts = wishes.length > 0 ? await askGate(ctx, wishes.map(({ wish }) => wish), { isBulk: true }) : [];
  const taken: Taken[] = [];
  for (const [i, { index }] of wishes.entries()) {
    const verdict = verdicts[i];
    if (verdict?.passed) taken.push({ index, id: newId("msg"), passed: verdict.passed });
    else results.push({ index, error: errorOf(verdict?.reasons ?? []) });
  }
  results.push(...taken.map(({ index, id }) => ({ index, id })));
  results.sort((a, b) => a.index - b.index);
  const answer: BulkResult = { accepted: taken.length, refused: results.length - taken.length, results };

  const integrationIds = [...new Set(taken.map(({ passed }) => passed.integration.id))].sort();
  const stored = await inTransaction(ctx, async (tx) => {
    for (const integrationId of integrationIds) {
      if (!(await holdIntegration(tx, integrationId))) throw new AppError("not_found", "There is no integration with this id");
    }
    if (key && !(await claimKey(tx, key, requestHash, answer))) return false;
    await insertMessages(tx, taken);
    return true;
  });
  if (!stored) return (await earlierAnswer<BulkResult>(ctx, key ?? "", requestHash)) ?? sendBulk(ctx, { messages: items }, headerKey);
  announceSoon(ctx.organizationId, ["messages"]);
  for (const { passed } of taken) countAccepted(passed.integration.id);
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

function errorOf(reasons: readonly Reason[]): NonNullable<Result["error"]> {
  const [first] = reasons;
  if (!first) throw new Error("A message was refused without a reason.");
  const own = typeof first.details === "object" && first.details !== null ? first.details : {};
  return { error: first.code, message: first.message, details: { ...own, fix: first.fix } };
}

/** One statement with one parameter, whatever the count: a list of values would be tens of thousands of them. */
async function insertMessages(tx: Ctx, taken: readonly Taken[]): Promise<void> {
  if (taken.length === 0) return;
  const rows = taken.map(({ id, passed }) => {
    const row = messageRow(tx, id, passed);
    return {
      id,
      integration_id: row.integrationId,
      contact_id: row.contactId,
      recipient: seal("messages.recipient", row.recipient),
      recipient_index: row.recipientIndex,
      kind: row.kind,
      text: seal("messages.text", row.text),
      template_name: row.templateName,
      template_language: row.templateLanguage,
      template_params: row.templateParams ? seal("messages.template_params", JSON.stringify(row.templateParams)) : null,
      purpose: row.purpose,
      priority: row.priority,
      status: row.status,
      due_at: row.dueAt,
      scheduled_for: row.scheduledFor,
      outside_window: row.outsideWindow,
      timeline: row.timeline,
      created_by: row.createdBy,
      created_at: row.createdAt,
    };
  });
  await tx.db.execute(sql`
    insert into messages (id, organization_id, integration_id, contact_id, recipient, recipient_index, kind, text, template_name, template_language,
      template_params, purpose, priority, status, due_at, scheduled_for, outside_window, timeline, created_by, created_at)
    select r.id, ${tx.organizationId}, r.integration_id, r.contact_id, r.recipient, r.recipient_index, r.kind, r.text, r.template_name, r.template_language,
      r.template_params, r.purpose, r.priority, r.status, r.due_at, r.scheduled_for, r.outside_window, r.timeline, r.created_by, r.created_at
    from jsonb_to_recordset((${JSON.stringify(rows)}::text)::jsonb) as r(
      id text, integration_id text, contact_id text, recipient text, recipient_index text, kind text, text text, template_name text, template_language text,
      template_params text, purpose text, priority smallint, status text, due_at timestamptz, scheduled_for timestamptz, outside_window boolean,
      timeline jsonb, created_by text, created_at timestamptz)`);
}
