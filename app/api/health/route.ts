import { sql } from "drizzle-orm";
import { database } from "@/db/client";
import { openDatabase } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { json, requestIdOf } from "@/lib/http/respond";
import { log } from "@/lib/log";
import { isMigrated, NOT_MIGRATED, settingsProblem } from "@/lib/readiness";

type Health = {
  status: "ok" | "not_ready";
  /** What keeps it from being ready, and what to do. */
  problem?: string;
  database: { status: "ok" | "unknown" | "unreachable" | "not_migrated"; latencyMs?: number };
  uptimeSeconds: number;
};

/** For probes: 200 when the settings are whole and the database answers in the shape that this build expects, else 503 and why. */
export async function GET(request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  const answer = await readHealth();
  return json(answer, answer.status === "ok" ? 200 : 503, requestId);
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
    return { status: "ok", database: { status: "ok", latencyMs }, uptimeSeconds: Math.floor(process.uptime()) };
  } catch (error) {
    if (error instanceof AppError) return notReady("ok", error.message);
    log.warn({ err: error }, "The health check could not reach the database");
    return notReady("unreachable", "The database cannot be reached. Look at DATABASE_URL and at the database's own log.");
  }
}
