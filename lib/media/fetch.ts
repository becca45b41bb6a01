import "server-only";
import { and, eq, min, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { mediaFiles } from "@/db/schema/media";
import { type Ctx, systemCtx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { getIntegrationRow, graphAccess } from "@/lib/integrations/access";
import { announceSoon } from "@/lib/live";
import { log } from "@/lib/log";
import { errorLabel } from "@/lib/transient";
import type { GraphAccess } from "@/lib/whatsapp/graph-call";
import { GraphError } from "@/lib/whatsapp/graph-error";
import { downloadMedia, isUnknownMedia, type MediaPlace, placeOfMedia } from "@/lib/whatsapp/graph-media";
import { LARGEST_MEDIA } from "@/lib/whatsapp/media-types";
import { requireMegabytes } from "./room";
import { ScanFailed, scan } from "./scan";
import { sniff } from "./sniff";
import { clearBytes, getBytes, inChunks, putBytes } from "./store";
import { keepThumbnail } from "./thumbnail";
import type { MediaFailure } from "./words";

type Row = typeof mediaFiles.$inferSelect;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Files under way at once in this process, and of one organization: ten pictures of one must not hold up another's. */
const SIDE_BY_SIDE = 4;
const OF_ONE = 2;
/** Longest for one file: 100 MB at 350 KB a second. Whoever died over it is replaced a while later. */
const FETCH_WITHIN_MS = 5 * MINUTE;
const LEASE_MS = 6 * MINUTE;

/** After each failed attempt. Some accounts keep files for an hour only, so the first of them come quickly. */
const WAITS_MS = [2, 10, 30]
  .map((n) => n * SECOND)
  .concat(
    [2, 10, 30].map((n) => n * MINUTE),
    [1, 2, 4, 8, 16, 24, 24, 24].map((n) => n * HOUR),
  );
/** Meta keeps a file that came for so long. Source: Meta, "Media"; reference 2. */
const KEPT_AT_META_MS = 7 * DAY;
/** A sum that is wrong this often was not spoilt on its way. */
const MOST_WRONG_SUMS = 3;

type Options = { signal: AbortSignal; maxMs?: number };

/**
 * Fetches files of messages that are due, each once, until none is due or the time is over. Any number of processes may do so. One
 * that fails comes again later, until Meta has forgotten it. Answers how many were tried, and when the next one is due.
 */
export async function fetchDueMedia(
  db: Db,
  { signal, maxMs = Number.POSITIVE_INFINITY }: Options,
): Promise<{ fetched: number; nextDueAt: Date | null }> {
  const endsAt = performance.now() + maxMs;
  const underWay = new Map<string, number>();
  const count = (organizationId: string, by: number) => underWay.set(organizationId, (underWay.get(organizationId) ?? 0) + by);
  let fetched = 0;
  const work = async () => {
    while (!signal.aborted && performance.now() < endsAt) {
      const busy = [...underWay].flatMap(([id, files]) => (files >= OF_ONE ? [id] : []));
      const row = await claim(db, busy);
      if (!row) return;
      fetched += 1;
      count(row.organizationId, 1);
      await fetchOne(db, row, signal).finally(() => count(row.organizationId, -1));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
  const [next] = await db
    .select({ at: min(mediaFiles.fetchDueAt) })
    .from(mediaFiles)
    .where(sql`fetch_due_at is not null`);
  return { fetched, nextDueAt: next?.at ?? null };
}

export async function isMediaDue(db: Db, now: Date): Promise<boolean> {
  const rows = await db.execute(sql`select 1 from media_files where fetch_due_at <= ${now.toISOString()}::timestamptz limit 1`);
  return rows.length > 0;
}

/** Takes the file that is due longest, of an organization that has not enough under way already. */
async function claim(db: Db, busy: readonly string[]): Promise<Row | undefined> {
  const now = new Date();
  const [row] = await db
    .update(mediaFiles)
    .set({ fetchDueAt: new Date(now.getTime() + LEASE_MS), fetchAttempts: sql`${mediaFiles.fetchAttempts} + 1` })
    .where(
      sql`${mediaFiles.id} = (select id from media_files where fetch_due_at <= ${now.toISOString()}::timestamptz
        and not (organization_id = any(${sql.param([...busy])}::text[])) order by fetch_due_at limit 1 for update skip locked)`,
    )
    .returning();
  return row;
}

type Outcome = { whole: Partial<Row> } | { failure: MediaFailure; verdict?: string } | { again: MediaFailure };

async function fetchOne(db: Db, row: Row, signal: AbortSignal): Promise<void> {
  const ctx = systemCtx(db, row.organizationId, "media");
  const within = AbortSignal.any([signal, AbortSignal.timeout(FETCH_WITHIN_MS)]);
  const outcome = await bring(ctx, row, within).catch((error: unknown) => outcomeOf(error, row, ctx.now));
  // It is not the file's fault that this process is told to stop.
  if (signal.aborted && "again" in outcome)
    return settle(ctx, row, { fetchDueAt: ctx.now, fetchAttempts: row.fetchAttempts - 1 });
  if ("whole" in outcome) return settle(ctx, row, { ...outcome.whole, isWhole: true, fetchDueAt: null, failure: null });
  const waitMs = WAITS_MS[row.fetchAttempts - 1];
  if ("again" in outcome && waitMs !== undefined)
    return settle(ctx, row, { fetchDueAt: new Date(Date.now() + waitMs * (0.9 + 0.2 * Math.random())) });
  const failure = "again" in outcome ? outcome.again : outcome.failure;
  log.info({ mediaId: row.id, failure, attempts: row.fetchAttempts }, "A file of a message was not fetched");
  if (failure !== "infected") await clearBytes(db, row.id);
  await settle(ctx, row, { fetchDueAt: null, failure, verdict: ("verdict" in outcome && outcome.verdict) || null });
}

async function settle(ctx: Ctx, { id }: Row, values: Partial<Row>): Promise<void> {
  await ctx.db
    .update(mediaFiles)
    .set(values)
    .where(and(eq(mediaFiles.organizationId, ctx.organizationId), eq(mediaFiles.id, id)));
  if (values.isWhole || values.failure) announceSoon(ctx.organizationId, ["messages"]);
}

async function bring(ctx: Ctx, row: Row, signal: AbortSignal): Promise<Outcome> {
  const integration = await getIntegrationRow(ctx, row.integrationId ?? "");
  const access = graphAccess(ctx, integration);
  const { place, body } = await open(access, row.metaId ?? "", signal);
  if (!body) return { again: "vanished" };
  const coming = body;
  if (place.bytes !== null && place.bytes > LARGEST_MEDIA) return { failure: "too_large" };
  await ctx.db.transaction((tx) => requireMegabytes(tx, ctx.organizationId, place.bytes ?? 0));
  await clearBytes(ctx.db, row.id);
  let first: Buffer | undefined;
  async function* noting(): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const chunk of inChunks(coming)) {
      signal.throwIfAborted();
      size += chunk.byteLength;
      if (size > LARGEST_MEDIA) throw new TooLarge();
      first ??= chunk;
      yield chunk;
    }
  }
  const { bytes, sha256 } = await putBytes(ctx.db, row.id, noting());
  if (!first || (place.bytes !== null && bytes < place.bytes)) return { again: "unreachable" };
  if (place.sha256 !== null && place.sha256 !== sha256)
    return row.fetchAttempts < MOST_WRONG_SUMS ? { again: "wrong_hash" } : { failure: "wrong_hash" };
  const whole = () => getBytes(ctx.db, row.id, { start: 0, end: bytes - 1 });
  const facts = { bytes, sha256, mimeType: (await sniff(first, row.filename))?.mimeType ?? "application/octet-stream" };
  const scanned = await scan(whole());
  if (!scanned.clean) {
    await settle(ctx, row, facts);
    return { failure: "infected", verdict: scanned.verdict };
  }
  return { whole: { ...facts, ...(await keepThumbnail(ctx.db, row.id, facts)) } };
}

class TooLarge extends Error {}

/** Where the file lies, asked anew when the first address leads nowhere. */
async function open(
  access: GraphAccess,
  metaId: string,
  signal: AbortSignal,
): Promise<{ place: MediaPlace; body: AsyncIterable<Uint8Array> | null }> {
  for (let isAgain = false; ; isAgain = true) {
    const place = await placeOfMedia(access, metaId, signal);
    const body = await downloadMedia(access, place, signal);
    if (body || isAgain) return { place, body };
  }
}

function outcomeOf(error: unknown, row: Row, now: Date): Outcome {
  if (error instanceof TooLarge) return { failure: "too_large" };
  if (isUnknownMedia(error))
    return { failure: now.getTime() - row.createdAt.getTime() >= KEPT_AT_META_MS ? "expired" : "vanished" };
  if (error instanceof AppError && error.code === "quota_exceeded") return { failure: "no_room" };
  if (error instanceof AppError && error.code === "not_found") return { failure: "refused" };
  if (error instanceof ScanFailed) {
    log.error({ mediaId: row.id, reason: error.message }, "A file waits until the virus scanner works");
    return { again: "not_scanned" };
  }
  log.info(
    { mediaId: row.id, error: errorLabel(error), attempt: row.fetchAttempts },
    "A file could not be fetched and comes again",
  );
  return { again: error instanceof GraphError && error.proof === "refused" ? "refused" : "unreachable" };
}
