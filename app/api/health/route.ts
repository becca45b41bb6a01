import { sql } from "drizzle-orm";
import { database } from "@/db/client";
import { openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { json, requestIdOf } from "@/lib/http/respond";
import { log } from "@/lib/log";
import { isMigrated, NOT_MIGRATED, settingsProblem } from "@/lib/readiness";
import { waking } from "@/lib/waking";

type Health = {
  /** Degraded: it answers and keeps what it is given, and something keeps it from being quick. */
  status: "ok" | "degraded" | "not_ready";
  /** What keeps it from being ready, and what to do. */
  problem?: string;
  database: { status: "ok" | "unknown" | "unreachable" | "not_migrated"; latencyMs?: number };
  uptimeSeconds: number;
};

/** For probes: 200 when the settings are whole and the database answers in the shape that this build expects, else 503 and why. */
export async function GET(request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  const answer = await readHealth();
  return json(answer, answer.status === "not_ready" ? 503 : 200, requestId);
}

async function readHealth(): Promise<Health> {
  const startedAt = performance.now();
  const notReady = (status: Health["database"]["status"], problem: string): Health => ({
    status: "not_ready",
    problem,
    database: { status },
    uptimeSeconds: Math.floor(process.uptime()),
  });
  const problem = settingsProblem();
  if (problem) return notReady("unknown", problem);
  try {
    const db = database();
    await db.execute(sql`select 1`);
    const latencyMs = Math.round(performance.now() - startedAt);
    if (!(await isMigrated(db))) return notReady("not_migrated", NOT_MIGRATED);
    await openDatabase();
    const rest = { database: { status: "ok" as const, latencyMs }, uptimeSeconds: Math.floor(process.uptime()) };
    const state = (await waking())?.state;
    if (state === "stalled") return { status: "degraded", problem: "Inngest wakes nobody although work is due.", ...rest };
    if (state === "taken_over")
      return { status: "degraded", problem: "Inngest wakes nobody: the built-in engine does its work.", ...rest };
    return { status: "ok", ...rest };
  } catch (error) {
    if (error instanceof AppError) return notReady("ok", error.message);
    log.warn({ err: error }, "The health check could not reach the database");
    return notReady("unreachable", "The database cannot be reached. Look at DATABASE_URL and at the database's own log.");
  }
}
