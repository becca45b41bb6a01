import { sql } from "drizzle-orm";
import { database } from "@/db/client";
import journal from "@/db/migrations/meta/_journal.json";
import { json, requestIdOf } from "@/lib/http/respond";
import { log } from "@/lib/log";

const NEWEST_MIGRATION = Math.max(...journal.entries.map((entry) => entry.when));

/** For probes: 200 while the database answers and has the shape that this build expects, else 503. */
export async function GET(request: Request): Promise<Response> {
  const requestId = requestIdOf(request);
  const answer = await readHealth();
  return json(answer, answer.status === "ok" ? 200 : 503, requestId);
}

async function readHealth() {
  const startedAt = performance.now();
  const uptimeSeconds = Math.floor(process.uptime());
  try {
    const [row] = await database().execute<{ newest: string | null }>(
      sql`select max(created_at) as newest from drizzle.__drizzle_migrations`,
    );
    const isMigrated = Number(row?.newest ?? 0) >= NEWEST_MIGRATION;
    return {
      status: isMigrated ? "ok" : "not_ready",
      database: { status: isMigrated ? "ok" : "not_migrated", latencyMs: Math.round(performance.now() - startedAt) },
      uptimeSeconds,
    };
  } catch (error) {
    log.warn({ err: error }, "The health check could not reach the database");
    return { status: "not_ready", database: { status: "unreachable" }, uptimeSeconds };
  }
}
