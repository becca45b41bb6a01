import "server-only";
import { sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { log } from "@/lib/log";
import type { IntegrationRow } from "./access";

/** Refused requests cost a stranger nothing, so they are counted here and written at most so often. */
const WRITE_EVERY_MS = 10_000;
/** So many integrations are counted between two writes; ids come from the database, so a body names few. */
const MOST_COUNTED = 500;

type Counted = { count: number; first: Date; last: Date };
let counted = new Map<string, Counted>();
let nextWriteAt = 0;
let timer: NodeJS.Timeout | undefined;

/** Notes a webhook that names these integrations and was not signed for any of them. Writes at once, then every ten seconds at most. */
export function countRefusedSignature(db: Db, integrationIds: readonly string[], now: Date): void {
  for (const id of integrationIds) {
    const known = counted.get(id);
    if (known) counted.set(id, { ...known, count: known.count + 1, last: now });
    else if (counted.size < MOST_COUNTED) counted.set(id, { count: 1, first: now, last: now });
  }
  if (timer || counted.size === 0) return;
  timer = setTimeout(() => void writeRefusedSignatures(db).catch(sayFailure), Math.max(0, nextWriteAt - Date.now()));
  timer.unref();
}

function sayFailure(error: unknown): void {
  log.warn({ err: error }, "Refused webhook signatures could not be counted");
}

let writing: Promise<void> = Promise.resolve();

/** Writes what was counted, after what is being written already. */
export function writeRefusedSignatures(db: Db): Promise<void> {
  const write = () => writeCounted(db);
  writing = writing.then(write, write);
  return writing;
}

async function writeCounted(db: Db): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  nextWriteAt = Date.now() + WRITE_EVERY_MS;
  const rows = [...counted].map(([id, { count, first, last }]) => ({ id, count, first, last }));
  counted = new Map();
  if (rows.length === 0) return;
  await db.execute(sql`
    update integrations i
    set refused_signatures = case when i.refused_last_at > coalesce(i.last_webhook_at, '-infinity') then i.refused_signatures else 0 end + r.count,
      refused_since = case when i.refused_last_at > coalesce(i.last_webhook_at, '-infinity') then i.refused_since else r.first end,
      refused_last_at = r.last
    from jsonb_to_recordset((${JSON.stringify(rows)}::text)::jsonb) as r(id text, count int, first timestamptz, last timestamptz)
    where i.id = r.id and i.deleted_at is null`);
}

/** Forgotten with the app secret that they spoke of. */
export const NO_REFUSALS = { refusedSignatures: 0, refusedSince: null, refusedLastAt: null };

/** Refused signatures after which no webhook has been accepted yet: while both come, somebody else is knocking. */
export function openRefusals(
  row: Pick<IntegrationRow, "refusedSignatures" | "refusedSince" | "refusedLastAt" | "lastWebhookAt">,
): { count: number; since: Date; lastAt: Date } | null {
  const { refusedSignatures: count, refusedSince: since, refusedLastAt: lastAt, lastWebhookAt } = row;
  if (count === 0 || !since || !lastAt || (lastWebhookAt && lastWebhookAt >= lastAt)) return null;
  return { count, since, lastAt };
}
