import "server-only";
import { sql } from "drizzle-orm";
import { type Db, database, driver } from "@/db/client";
import { log } from "@/lib/log";

/** The nouns whose lists a browser may hold. */
export type Topic = "messages" | "integrations" | "templates" | "contacts" | "organization" | "webhooks" | "sandbox";
type Listener = (topics: Topic[]) => void;

const CHANNEL = "live";

/** Tells every browser of the organization, when the transaction commits, that something of these nouns changed. */
export async function announce(db: Db, organizationId: string, topics: Topic[]): Promise<void> {
  await db.execute(sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ organizationId, topics })})`);
}

const COALESCE_MS = 150;
const soon = new Map<string, Set<Topic>>();
let announcing: NodeJS.Timeout | undefined;
let flushing: Promise<void> | undefined;

/**
 * The same after the fact and at leisure: notices of one organization within 150 ms become one, so that a thousand messages
 * a second do not become a thousand notices. For what a browser may learn a moment later.
 */
export function announceSoon(organizationId: string, topics: Topic[]): void {
  const waiting = soon.get(organizationId) ?? new Set<Topic>();
  for (const topic of topics) waiting.add(topic);
  soon.set(organizationId, waiting);
  announcing ??= setTimeout(() => {
    flushing = announceWaiting();
  }, COALESCE_MS);
  announcing.unref();
}

/** Sends what still waits to be announced: before the database is closed. */
export async function announceAll(): Promise<void> {
  await flushing;
  await announceWaiting();
}

async function announceWaiting(): Promise<void> {
  clearTimeout(announcing);
  announcing = undefined;
  const batch = [...soon];
  soon.clear();
  try {
    for (const [organizationId, topics] of batch) await announce(database(), organizationId, [...topics]);
  } catch (error) {
    log.warn({ err: error }, "A live notice could not be sent");
  }
}

const listeners = new Map<string, Set<Listener>>();
let listening: Promise<unknown> | undefined;

function hear(payload: string): void {
  try {
    const { organizationId, topics } = JSON.parse(payload) as { organizationId: string; topics: Topic[] };
    for (const listener of listeners.get(organizationId) ?? []) listener(topics);
  } catch (error) {
    log.warn({ err: error }, "A live notice could not be read");
  }
}

/** Calls `listener` for every announcement in the organization until the returned function is called. One LISTEN serves the process. */
export async function subscribe(organizationId: string, listener: Listener): Promise<() => void> {
  listening ??= driver()
    .listen(CHANNEL, hear)
    .catch((error: unknown) => {
      listening = undefined;
      throw error;
    });
  await listening;
  const group = listeners.get(organizationId) ?? new Set<Listener>();
  listeners.set(organizationId, group.add(listener));
  return () => {
    group.delete(listener);
    if (group.size === 0 && listeners.get(organizationId) === group) listeners.delete(organizationId);
  };
}
