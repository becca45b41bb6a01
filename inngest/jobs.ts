import "server-only";
import type { Db } from "@/db/client";
import { askAgain } from "@/lib/dispatch/ask-again";
import { dispatchIntegration } from "@/lib/dispatch/dispatch";
import { failUnsettled, findDueIntegrations, rescueStuck, settleEarly } from "@/lib/dispatch/sweep";
import { refreshNumbers } from "@/lib/integrations/refresh";
import { fetchDueMedia, isMediaDue } from "@/lib/media/fetch";
import { askHistory } from "@/lib/messages/history";
import { deliverDueWebhooks } from "@/lib/sandbox/deliver";
import { syncAllTemplates } from "@/lib/templates/sync-all";
import type { Wake } from "@/lib/wake";
import { processWebhooks } from "@/lib/webhooks/process";
import { tidy } from "./retention";

const MINUTE = 60_000;

/** What one round of woken work found. */
export type Round = {
  /** True when there was something to do. */
  hasWorked: boolean;
  /** When there will be something again: now when work is left, null when nothing waits. */
  nextDueAt: Date | null;
  /** True when another process is at it. */
  isTaken?: boolean;
};
export type RoundOptions = {
  owner: string;
  maxMs?: number;
  signal: AbortSignal;
  background?: (ending: Promise<void>) => void;
};

/** Whom a wake-up is for: two with one key wake the same work. */
export function keyOf(wake: Wake): string {
  return wake.kind === "messages" ? `messages ${wake.integrationId}` : wake.kind;
}

/** One round of the work that a wake-up announces. Any number of processes may run rounds of one key at once. */
export async function runRound(db: Db, wake: Wake, options: RoundOptions): Promise<Round> {
  switch (wake.kind) {
    case "messages": {
      const { integrationId: id, organizationId } = wake;
      const { called, taken, nextDueAt } = await dispatchIntegration(db, { id, organizationId }, options);
      return { hasWorked: called > 0, nextDueAt, isTaken: taken };
    }
    case "webhooks": {
      const hasWorked = (await processWebhooks(db)) > 0;
      return { hasWorked, nextDueAt: hasWorked ? new Date() : null };
    }
    case "media": {
      const { fetched, nextDueAt } = await fetchDueMedia(db, options);
      return { hasWorked: fetched > 0, nextDueAt };
    }
    case "sandbox": {
      const { delivered, nextDueAt } = await deliverDueWebhooks(db, new Date());
      return { hasWorked: delivered > 0, nextDueAt };
    }
  }
}

/** Settles what was left in doubt, and answers what should be woken because its wake-up may have been lost. */
export async function sweepOnce(db: Db): Promise<Wake[]> {
  const now = new Date();
  await rescueStuck(db, now);
  await failUnsettled(db, now);
  await settleEarly(db);
  await askAgain(db, now);
  const due = await findDueIntegrations(db, now);
  const media: Wake[] = (await isMediaDue(db, now)) ? [{ kind: "media" }] : [];
  return [
    { kind: "webhooks" },
    { kind: "sandbox" },
    ...media,
    ...due.map(({ id, organizationId }): Wake => ({ kind: "messages", integrationId: id, organizationId })),
  ];
}

/** What runs by the clock: for Inngest by its cron, for the built-in engine this often (`atStart`: also when it starts). */
export const CHORES: {
  id: string;
  cron: string;
  everyMs: number;
  atStart?: boolean;
  run(db: Db, signal: AbortSignal): Promise<unknown>;
}[] = [
  { id: "template-sync", cron: "17 3 * * *", everyMs: 24 * 60 * MINUTE, run: syncAllTemplates },
  { id: "number-refresh", cron: "41 * * * *", everyMs: 60 * MINUTE, run: refreshNumbers },
  { id: "history", cron: "*/5 * * * *", everyMs: 5 * MINUTE, run: (db, signal) => askHistory(db, new Date(), signal) },
  { id: "retention", cron: "*/10 * * * *", everyMs: 10 * MINUTE, atStart: true, run: (db) => tidy(db, new Date()) },
];
