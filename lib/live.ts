import "server-only";
import { sql } from "drizzle-orm";
import { type Db, database, directDriver } from "@/db/client";
import { env } from "@/lib/env";
import { runSoon } from "@/lib/later";
import { log } from "@/lib/log";

/** The nouns whose lists a browser may hold. */
export type Topic = "messages" | "integrations" | "templates" | "contacts" | "organization" | "webhooks" | "sandbox";
type Listener = (topics: Topic[]) => void;

const CHANNEL = "live";

/** Of the whole process: what Next bundles apart has this module twice. */
const held = globalThis as typeof globalThis & { __openStreams?: Set<() => void> };
held.__openStreams ??= new Set();
/** How to end each stream to a browser that is open in this process. */
export const openStreams = held.__openStreams;

/** Tells every browser of the organization, when the transaction commits, that something of these nouns changed. */
export async function announce(db: Db, organizationId: string, topics: Topic[]): Promise<void> {
  await db.execute(sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ organizationId, topics })})`);
}

const COALESCE_MS = 150;
const soon = new Map<string, Set<Topic>>();
let announcing: { cancel(): void } | undefined;
let flushing: Promise<void> | undefined;

/**
 * The same after the fact and at leisure: notices of one organization within 150 ms become one, so that a thousand messages
 * a second do not become a thousand notices. For what a browser may learn a moment later.
 */
export function announceSoon(organizationId: string, topics: Topic[]): void {
  const waiting = soon.get(organizationId) ?? new Set<Topic>();
  for (const topic of topics) waiting.add(topic);
  soon.set(organizationId, waiting);
  announcing ??= runSoon(COALESCE_MS, () => {
    flushing = announceWaiting();
    return flushing;
  });
}

/** Sends what still waits to be announced: before the database is closed. */
export async function announceAll(): Promise<void> {
  await flushing;
  await announceWaiting();
}

async function announceWaiting(): Promise<void> {
  announcing?.cancel();
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
let listening: Promise<void> | undefined;

function hear(payload: string): void {
  try {
    const { organizationId, topics } = JSON.parse(payload) as { organizationId: string; topics: Topic[] };
    for (const listener of listeners.get(organizationId) ?? []) listener(topics);
  } catch (error) {
    log.warn({ err: error }, "A live notice could not be read");
  }
}

/** Where nobody can LISTEN, browsers are told this often that anything may have changed. */
const POLL_MS = 10_000;
const POLLED: Topic[] = ["messages", "integrations", "templates", "contacts", "organization", "webhooks", "sandbox"];

/** A pooler hands a connection on after each statement, and a notice to whoever has it then. On Vercel the database is behind one. */
async function listen(): Promise<void> {
  if (env().VERCEL && !env().DATABASE_URL_DIRECT) {
    const tellAll = () => {
      for (const group of listeners.values()) for (const listener of group) listener(POLLED);
    };
    setInterval(tellAll, POLL_MS).unref();
  } else await directDriver().listen(CHANNEL, hear);
}

/** Calls `listener` for every announcement in the organization until the returned function is called. One LISTEN serves the process. */
export async function subscribe(organizationId: string, listener: Listener): Promise<() => void> {
  listening ??= listen().catch((error: unknown) => {
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
