import "server-only";
import { and, eq, gt, ne, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { anyOf } from "@/db/columns";
import { engineRuns } from "@/db/schema/engine";
import { PRIORITY } from "@/lib/messages/schema";

/** A run that says nothing for so long has died: its key is free again. */
export const AWAKE_MS = 10_000;
const RENEW_MS = 3_000;
const INNGEST = "inngest";

/**
 * Says while `work` runs, and for up to 10 s after, that a run is awake for the key: who has work for it need not wake it.
 * Before the run ends it must `sleep`, and look once more after that for what was committed before.
 */
export async function whileAwake<T>(
  db: Db,
  key: string,
  owner: string,
  work: (sleep: () => Promise<void>) => Promise<T>,
): Promise<T> {
  let saying: Promise<void> = say(db, key, owner);
  await saying;
  const renewing = setInterval(() => {
    saying = saying.then(() => say(db, key, owner)).catch(() => undefined);
  }, RENEW_MS);
  const stop = async () => {
    clearInterval(renewing);
    await saying;
  };
  try {
    return await work(async () => {
      await stop();
      await db.delete(engineRuns).where(and(eq(engineRuns.key, key), eq(engineRuns.owner, owner)));
    });
  } finally {
    await stop();
  }
}

async function say(db: Db, key: string, owner: string): Promise<void> {
  const until = new Date(Date.now() + AWAKE_MS);
  await db.insert(engineRuns).values({ key, owner, until }).onConflictDoUpdate({ target: engineRuns.key, set: { owner, until } });
}

/** Until when each of these keys has somebody awake; the others are not answered. */
export async function awakeUntil(db: Db, keys: string[]): Promise<Map<string, Date>> {
  const rows = await db
    .select({ key: engineRuns.key, until: engineRuns.until })
    .from(engineRuns)
    .where(and(anyOf(engineRuns.key, keys), gt(engineRuns.until, new Date())));
  return new Map(rows.map((row) => [row.key, row.until]));
}

/** Until when another run than `owner` is awake for the key; null when none is. */
export async function awakeBeside(db: Db, key: string, owner: string): Promise<Date | null> {
  const [row] = await db
    .select({ until: engineRuns.until })
    .from(engineRuns)
    .where(and(eq(engineRuns.key, key), ne(engineRuns.owner, owner), gt(engineRuns.until, new Date())));
  return row?.until ?? null;
}

/** Inngest has called us: it knows our functions and can reach them. */
export async function noteInngest(db: Db): Promise<void> {
  await say(db, INNGEST, "sweep");
}

/** When Inngest last called the sweep, which it does every minute; null when it never did. */
export async function inngestSeenAt(db: Db): Promise<Date | null> {
  const [row] = await db.select({ until: engineRuns.until }).from(engineRuns).where(eq(engineRuns.key, INNGEST));
  return row ? new Date(row.until.getTime() - AWAKE_MS) : null;
}

/** How many seconds the oldest work has been due that nobody has taken: messages of a number that sends, webhook bodies. */
export async function oldestUntakenSeconds(db: Db): Promise<number> {
  const [row] = await db.execute<{ seconds: number | null }>(sql`
    select extract(epoch from now() - least(
      (select min(first.due_at) from integrations i
        left join lanes l on l.integration_id = i.id and l.lease_until > now()
        cross join unnest(${sql.param(Object.values(PRIORITY))}::smallint[]) as p(priority)
        cross join lateral (select m.due_at from messages m
          where m.integration_id = i.id and m.priority = p.priority and m.status in ('queued', 'scheduled') and m.due_at <= now()
          order by m.due_at limit 1) first
        where i.status = 'verified' and i.deleted_at is null and l.integration_id is null),
      (select min(e.due_at) from webhook_events e where e.status = 'pending')))::float8 as seconds`);
  return Math.max(0, row?.seconds ?? 0);
}
