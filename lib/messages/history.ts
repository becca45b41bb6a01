import "server-only";
import { and, asc, eq, gt, isNotNull, isNull, lte } from "drizzle-orm";
import type { Db } from "@/db/client";
import { integrations } from "@/db/schema/integrations";
import { messages } from "@/db/schema/messages";
import { organizations } from "@/db/schema/organizations";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { graphAccess, type IntegrationRow } from "@/lib/integrations/access";
import { log } from "@/lib/log";
import { getMessageHistory, type HistoryEvent } from "@/lib/whatsapp/graph";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { applyStatuses, type ReportedStatus } from "./delivery-reports";

/** How often Meta is asked; each message is asked about when its settle time is over, and as a rule once. */
export const HISTORY_EVERY_MS = 5 * 60_000;
/** A number's messages asked about at a time: this repairs what a lost webhook left, and must not use up Graph's patience. */
const MOST_AT_ONCE = 100;
const REFUSED_FOR_MS = 24 * 60 * 60_000;

/** How far back a process looks that does not know what was asked about before it started. */
const UNKNOWN_PAST_MS = 3 * HISTORY_EVERY_MS;
/** A number whose questions cannot be asked is not caught up with for ever. */
const LONGEST_PAST_MS = 24 * 60 * 60_000;

/** Numbers whose history Meta does not tell, until when they are left alone. */
const refusedUntil = new Map<string, number>();
/** Up to which moment of sending each number's messages were asked about. */
const askedUpTo = new Map<string, Date>();

/**
 * Asks Meta about messages it accepted and of which nothing was heard within the organization's settle time: their webhooks may
 * have been lost, and Meta sends none again after a while. A number for which Meta refuses the question is left alone for a day.
 * Without Meta's id nothing can be asked, so an unknown outcome is not settled by this. Answers how many messages moved on.
 */
export async function askHistory(db: Db, now: Date, signal?: AbortSignal): Promise<number> {
  const numbers = await db
    .select({ integration: integrations, settings: organizations.settings })
    .from(integrations)
    .innerJoin(organizations, eq(organizations.id, integrations.organizationId))
    .where(and(eq(integrations.status, "verified"), isNull(integrations.deletedAt)));
  let moved = 0;
  for (const { integration, settings } of numbers) {
    if (signal?.aborted) break;
    if ((refusedUntil.get(integration.id) ?? 0) > now.getTime()) continue;
    const ctx = { ...systemCtx(db, integration.organizationId, "history"), now };
    const settledBy = new Date(now.getTime() - settings.unknownSettleMinutes * 60_000);
    try {
      moved += await askAbout(ctx, integration, settledBy, signal);
    } catch (error) {
      if (isAboutNumber(error)) refusedUntil.set(integration.id, now.getTime() + REFUSED_FOR_MS);
      log.info({ err: error, integrationId: integration.id }, "Meta does not tell the history of this number's messages");
    }
  }
  return moved;
}

/** Nothing for a message that Meta does not know or does not tell about, so that the others are asked about. */
async function historyOf(access: GraphAccess, { phoneNumberId }: IntegrationRow, wamid: string): Promise<HistoryEvent[]> {
  try {
    return await getMessageHistory(access, phoneNumberId, wamid);
  } catch (error) {
    if (error instanceof GraphError && error.proof === "refused" && error.kind === "fix_request" && !isAboutNumber(error))
      return [];
    throw error;
  }
}

/**
 * Whether Meta refused the question itself: the token may not ask it, or there is no such edge. What is about one message, passes
 * by, or had no answer says nothing of the next question.
 */
function isAboutNumber(error: unknown): boolean {
  return error instanceof GraphError && error.proof === "refused" && (error.rule.pauses !== undefined || isUnknownEdge(error));
}

const isUnknownEdge = ({ code, title }: GraphError) => code === 100 && /nonexisting field|unknown path|unsupported/i.test(title);

async function askAbout(ctx: Ctx, integration: IntegrationRow, settledBy: Date, signal?: AbortSignal): Promise<number> {
  const known = askedUpTo.get(integration.id);
  const after = new Date(
    known ? Math.max(known.getTime(), settledBy.getTime() - LONGEST_PAST_MS) : settledBy.getTime() - UNKNOWN_PAST_MS,
  );
  const silent = await ctx.db
    .select({ wamid: messages.wamid, sentAt: messages.sentAt })
    .from(messages)
    .where(
      and(
        eq(messages.organizationId, ctx.organizationId),
        eq(messages.integrationId, integration.id),
        eq(messages.status, "sent"),
        isNull(messages.metaHold),
        isNotNull(messages.wamidIndex),
        lte(messages.sentAt, settledBy),
        gt(messages.sentAt, after),
      ),
    )
    .orderBy(asc(messages.sentAt))
    .limit(MOST_AT_ONCE);
  let moved = 0;
  const access = graphAccess(ctx, integration);
  for (const { wamid, sentAt } of silent) {
    if (signal?.aborted) return moved;
    if (!wamid || !sentAt) continue;
    const events = await historyOf(access, integration, wamid);
    const news = events
      .filter(({ status }) => status !== "accepted" && status !== "sent")
      .map(
        ({ status, at, error }): ReportedStatus => ({
          wamid,
          status,
          at,
          errors: error ? [{ code: null, title: null, message: null, details: error, href: null }] : [],
          source: "history",
        }),
      );
    await applyStatuses(ctx, integration.id, news);
    if (news.length > 0) moved += 1;
    askedUpTo.set(integration.id, sentAt);
  }
  if (silent.length < MOST_AT_ONCE) askedUpTo.set(integration.id, settledBy);
  return moved;
}
