import "server-only";
import { and, asc, eq, inArray, lte, sql } from "drizzle-orm";
import { lanes } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import type { Ctx } from "@/lib/ctx";
import type { IntegrationRow } from "@/lib/integrations/access";
import { rateFactor, ratesOf } from "@/lib/integrations/rate";
import { reserveAllowance } from "@/lib/messages/allowance";
import { lookAgain, type SecondLook } from "@/lib/messages/gate";
import { PRIORITY, type TimelineStep, type WaitsFor } from "@/lib/messages/schema";
import { CONTENT, storedContent } from "@/lib/messages/stored-content";
import { transition } from "@/lib/messages/transitions";
import { countOutcome } from "@/lib/metrics";
import { isSendable, toPayload } from "@/lib/whatsapp/content";
import { sendRequest } from "@/lib/whatsapp/graph";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { type MessagePayload, recipientAt } from "@/lib/whatsapp/payloads";
import type { GraphRequest } from "@/lib/whatsapp/transport";
import { noteOverAllowance, takeLease } from "./lease";
import { holdIntegration, type Outcome, writeOutcomes } from "./outcome";
import { takeTurns } from "./pair-limit";
import { monotonicMs, slots } from "./rate-limiter";

/** What a call needs. */
const CALLED = {
  ...CONTENT,
  id: messages.id,
  contactId: messages.contactId,
  recipient: messages.recipient,
  envelope: messages.envelope,
  purpose: messages.purpose,
  priority: messages.priority,
  attempts: messages.attempts,
  dueAt: messages.dueAt,
  scheduledFor: messages.scheduledFor,
  ignoresHours: messages.ignoresHours,
  confirmsStop: messages.confirmsStop,
  createdAt: messages.createdAt,
};

type MessageRow = Pick<typeof messages.$inferSelect, keyof typeof CALLED>;
/** `slot`: when it may leave, as `monotonicMs()`, so that a clock that is set changes nothing. */
export type Ready = { row: MessageRow; request: GraphRequest; slot: number; isOutside: boolean };
/** `seen`: how many were looked at, those included that wait or were refused. */
export type Batch = { ready: Ready[]; seen: number; perSecond: number };
type Later = { id: string; name: "postpone" | "schedule"; until: Date; waits_for: WaitsFor; step: TimelineStep[] };

const NOTHING: Batch = { ready: [], seen: 0, perSecond: 0 };

/** `most`: how many messages at most, however fast the number is. `except`: those that this dispatcher has taken already. */
type Wish = { owner: string; turn: number; batchMs: number; most: number; except: string[] };

/**
 * In one transaction: keeps the lease, looks at what is due, asks the gate again, and gives each message that may go its slot.
 * They stay `queued`; who has the lease has them. Null when another process has the lease.
 */
export async function takeBatch(
  base: Ctx,
  { integration, access }: { integration: IntegrationRow; access: GraphAccess },
  wish: Wish,
): Promise<Batch | null> {
  return base.db.transaction(async (tx) => {
    const ctx = { ...base, db: tx, now: new Date() };
    // First of all, as its removal does: who locks messages first and the integration later could wait for that in a circle.
    if (!(await holdIntegration(ctx, integration.id))) return NOTHING;
    const lease = await takeLease(tx, integration, wish.owner);
    if (!lease) return null;
    const perSecond = Math.max(0.5, ratesOf(integration).effective * rateFactor(lease, ctx.now));
    const size = Math.min(wish.most, Math.max(1, Math.round((perSecond * wish.batchMs) / 1000)));
    const rows = await lockDue(ctx, integration.id, size, wish);
    if (rows.length === 0) return NOTHING;

    const looks = await lookAgain(ctx, integration, rows);
    const willing = rows.filter((row) => looks.get(row.id)?.verdict === "go");
    const overAllowance = await reserveAllowance(
      ctx,
      integration,
      willing.filter((row) => isOutside(looks.get(row.id), row)),
    );
    const held = await takeTurns(
      ctx,
      integration.id,
      willing.filter((row) => !overAllowance.has(row.id)),
    );
    const refused: Outcome[] = [];
    const later: Later[] = [];
    const putOff = (row: MessageRow, until: Date | undefined, waits_for: WaitsFor) =>
      later.push({ id: row.id, name: "postpone", until: until ?? ctx.now, waits_for, step: [] });
    const go: { row: MessageRow; request: GraphRequest }[] = [];
    const at = ctx.now.toISOString();
    for (const row of rows) {
      const look = looks.get(row.id);
      if (look?.verdict === "refuse")
        refused.push({ id: row.id, kind: "failed", failure: { reason: look.reason.code, title: look.reason.message } });
      else if (look?.verdict === "later") {
        const told = row.scheduledFor?.getTime() === look.at.getTime();
        later.push({
          id: row.id,
          name: "schedule",
          until: look.at,
          waits_for: "business_hours",
          step: told ? [] : [{ step: "scheduled", at, source: "gate", detail: look.at.toISOString() }],
        });
      } else if (look?.verdict === "template") putOff(row, look.at, "template");
      else if (overAllowance.has(row.id)) putOff(row, overAllowance.get(row.id), "allowance");
      else if (held.has(row.id)) putOff(row, held.get(row.id), "pair_limit");
      else if (look?.verdict === "go") {
        try {
          go.push({ row, request: sendRequest(access, integration.phoneNumberId, payloadOf(row, look.template)) });
        } catch (error) {
          refused.push({
            id: row.id,
            kind: "failed",
            failure: { reason: "template_params_mismatch", title: error instanceof Error ? error.message : "" },
          });
        }
      }
    }
    await writeOutcomes(ctx, integration.id, refused);
    for (const outcome of refused) countOutcome(integration.id, outcome);
    await postpone(ctx, later);
    if (overAllowance.size > 0 && !lease.overAllowanceSince) await noteOverAllowance(ctx, integration.id);
    if (go.length === 0) return { ...NOTHING, seen: rows.length };

    const paced = slots(lease.paidUntil, new Date(), perSecond, go.length);
    await tx
      .update(lanes)
      .set({ paidUntil: paced.paidUntil })
      .where(and(eq(lanes.organizationId, ctx.organizationId), eq(lanes.integrationId, integration.id)));
    const sinceClock = monotonicMs() - Date.now();
    return {
      seen: rows.length,
      perSecond,
      ready: go.map(({ row, request }, i) => ({
        row: { ...row, attempts: row.attempts + 1 },
        request,
        slot: (paced.at[i] ?? 0) + sinceClock,
        isOutside: isOutside(looks.get(row.id), row),
      })),
    };
  });
}

/** Meta counts a person only when a message reaches him outside his window, and only templates may. */
function isOutside(look: SecondLook | undefined, row: MessageRow): boolean {
  return look?.verdict === "go" && row.templateName !== null && !look.windowOpen;
}

/** One batch in so many begins with those who wait for everybody else, so that nobody starves. */
const TURNED_ROUND = 10;

/** Replies before transactional messages before bulk, within each the oldest due first. */
async function lockDue(ctx: Ctx, integrationId: string, limit: number, { turn, except }: Wish): Promise<MessageRow[]> {
  const rows: MessageRow[] = [];
  const order = Object.values(PRIORITY);
  for (const priority of turn % TURNED_ROUND === 0 ? [...order].reverse() : order) {
    if (rows.length >= limit) break;
    rows.push(
      ...(await ctx.db
        .select(CALLED)
        .from(messages)
        .where(
          and(
            eq(messages.organizationId, ctx.organizationId),
            eq(messages.integrationId, integrationId),
            eq(messages.priority, priority),
            inArray(messages.status, ["queued", "scheduled"]),
            lte(messages.dueAt, ctx.now),
            sql`${messages.id} <> all(${sql.param(except)}::text[])`,
          ),
        )
        .orderBy(asc(messages.dueAt), asc(messages.id))
        .limit(limit - rows.length)
        .for("update", { skipLocked: true })),
    );
  }
  return rows;
}

async function postpone(ctx: Ctx, later: readonly Later[]): Promise<void> {
  const of = (name: Later["name"]) =>
    later.filter((one) => one.name === name).map(({ name: _, until, ...one }) => ({ ...one, due_at: until }));
  await transition(ctx, "postpone", of("postpone"));
  await transition(
    ctx,
    "schedule",
    of("schedule").map((one) => ({ ...one, scheduled_for: one.due_at })),
  );
}

function payloadOf(row: MessageRow, template: Parameters<typeof toPayload>[2]): MessagePayload {
  const content = storedContent(row);
  if (!isSendable(content)) throw new Error(`A message of type ${content.type} cannot be sent.`);
  const contextMessageId = row.envelope?.replyTo;
  return toPayload(content, { ...recipientAt(row.recipient), callbackData: row.id, contextMessageId }, template);
}
