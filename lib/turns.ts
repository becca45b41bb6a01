import "server-only";
import { sql } from "drizzle-orm";
import { poolSize } from "@/db/client";
import { type Ctx, inTransaction } from "@/lib/ctx";
import { AppError } from "@/lib/errors";

/** Costly questions of one organization that this process asks at once; all together take half of its connections. */
const MOST_OF_ONE = 2;
const MOST_WAITING_OF_ONE = 50;
const ANSWER_WITHIN = "10s";
const RETRY_SECONDS = 2;
/** PostgreSQL's code for a statement that was ended. */
const QUERY_CANCELED = "57014";

type Line = { running: number; waiting: (() => void)[] };
const lines = new Map<string, Line>();
let running = 0;

/**
 * Asks the database something that may read much (a search, a count, an export) when it is the organization's turn, so that one that
 * searches without end does not keep the others waiting. Throws `took_too_long` after 10 seconds, and `too_many_attempts` when 50
 * wait already.
 */
export async function inTurn<T>(ctx: Ctx, ask: (ctx: Ctx) => Promise<T>): Promise<T> {
  await takeTurn(ctx.organizationId);
  try {
    return await inTransaction(ctx, async (turn) => {
      await turn.db.execute(sql`select set_config('statement_timeout', ${ANSWER_WITHIN}, true)`);
      return ask(turn);
    });
  } catch (error) {
    throw isCanceled(error)
      ? new AppError("took_too_long", undefined, { retryAfterSeconds: RETRY_SECONDS, cause: error })
      : error;
  } finally {
    endTurn(ctx.organizationId);
  }
}

async function takeTurn(organizationId: string): Promise<void> {
  const line = lines.get(organizationId) ?? { running: 0, waiting: [] };
  lines.set(organizationId, line);
  if (line.waiting.length === 0 && mayStart(line)) {
    start(line);
    return;
  }
  if (line.waiting.length >= MOST_WAITING_OF_ONE) {
    throw new AppError("too_many_attempts", "Too many searches of your organization are waiting", {
      retryAfterSeconds: RETRY_SECONDS,
    });
  }
  await new Promise<void>((go) => line.waiting.push(go));
}

function endTurn(organizationId: string): void {
  const line = lines.get(organizationId);
  if (!line) return;
  line.running -= 1;
  running -= 1;
  // To the end of the round: those who waited while it ran come first.
  lines.delete(organizationId);
  if (line.running > 0 || line.waiting.length > 0) lines.set(organizationId, line);
  for (const next of lines.values()) {
    if (!mayStart(next)) continue;
    const go = next.waiting.shift();
    if (!go) continue;
    start(next);
    go();
  }
}

function mayStart(line: Line): boolean {
  return line.running < MOST_OF_ONE && running < Math.max(MOST_OF_ONE, Math.floor(poolSize() / 2));
}

function start(line: Line): void {
  line.running += 1;
  running += 1;
}

function isCanceled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && error.code === QUERY_CANCELED) || isCanceled(error.cause);
}
