import "server-only";
import { and, eq, sql } from "drizzle-orm";
import type { Db } from "@/db/client";
import { webhookEvents } from "@/db/schema/webhooks";
import { env } from "@/lib/env";
import { quotaExceeded } from "@/lib/quotas";
import { hasServed } from "./retention";

const MB = 1024 * 1024;
/** So long a sum of all bodies holds; meanwhile this process adds what it stores itself. */
const MEASURED_FOR_MS = 10 * 60_000;
const AT_ONCE = 200;
/** Text is kept encrypted, in base64. */
const SEALED_BY = 4 / 3;

/** What an organization's bodies take, as far as this process knows. */
class Kept {
  private bytes: Promise<number>;
  private added = 0;
  private clearing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly db: Db,
    private readonly organizationId: string,
    readonly measuredAt: number,
  ) {
    this.bytes = this.measure();
  }

  async makeRoom(more: number): Promise<void> {
    this.added += more;
    if (!(await this.isOver())) return;
    const work = this.clearing.then(() => this.clear(more));
    this.clearing = work.catch(() => undefined);
    if (await work) return;
    this.added -= more;
    throw quotaExceeded("webhook_megabytes");
  }

  private async isOver(): Promise<boolean> {
    return (await this.bytes) + this.added > env().QUOTAS.webhook_megabytes * MB;
  }

  /** Lets the oldest go until there is room; answers whether there is. */
  private async clear(more: number): Promise<boolean> {
    await this.measureAgain(more);
    while (await this.isOver()) {
      const freed = await this.forgetOldest();
      this.added -= freed;
      if (freed > 0) continue;
      // Another process may have let go of them.
      await this.measureAgain(more);
      return !(await this.isOver());
    }
    return true;
  }

  /** A body counts that came twice, and one that another process let go; `more` is not stored yet. */
  private async measureAgain(more: number): Promise<void> {
    this.bytes = this.measure();
    await this.bytes;
    this.added += more;
  }

  private async forgetOldest(): Promise<number> {
    const rows = await this.db.execute<{ bytes: number }>(sql`
      delete from ${webhookEvents} where id in (
        select id from ${webhookEvents}
        where ${and(eq(webhookEvents.organizationId, this.organizationId), hasServed(this.db))}
        order by id limit ${AT_ONCE} for update)
      returning pg_column_size(body) as bytes`);
    return rows.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private async measure(): Promise<number> {
    const added = this.added;
    const [row] = await this.db
      .select({ bytes: sql<string>`coalesce(sum(pg_column_size(${webhookEvents.body})), 0)` })
      .from(webhookEvents)
      .where(eq(webhookEvents.organizationId, this.organizationId));
    this.added -= added;
    return Number(row?.bytes ?? 0);
  }
}

const known = new Map<string, Kept>();

/**
 * Makes room for a body of an organization before it is stored: the oldest that were processed go before their time. Throws
 * `quota_exceeded` where what waits and what could not be understood fills the quota; Meta delivers again for seven days.
 */
export async function makeRoomForBody(db: Db, organizationId: string, text: string, now: Date): Promise<void> {
  let kept = known.get(organizationId);
  if (!kept || kept.measuredAt < now.getTime() - MEASURED_FOR_MS) {
    kept = new Kept(db, organizationId, now.getTime());
    known.set(organizationId, kept);
  }
  await kept.makeRoom(Math.ceil(text.length * SEALED_BY));
}
