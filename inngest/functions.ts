import "server-only";
import { cron } from "inngest";
import { openDatabase } from "@/lib/ctx";
import { dispatchIntegration } from "@/lib/dispatch/dispatch";
import { failUnsettled, findDueIntegrations, rescueStuck, settleEarly, tidy } from "@/lib/dispatch/sweep";
import { newId } from "@/lib/ids";
import { refreshNumbers } from "@/lib/integrations/refresh";
import { askHistory } from "@/lib/messages/history";
import { deliverDueWebhooks } from "@/lib/sandbox/deliver";
import { syncAllTemplates } from "@/lib/templates/sync-all";
import { processWebhooks } from "@/lib/webhooks/process";
import { inngest, messagesWaiting, sandboxWaiting, webhooksReceived } from "./client";

/** One step sends for this long: thousands of messages a step at full speed, and shorter than any platform's time-out. */
const STEP_MS = 20_000;
/** How long a run waits until the process that sent is gone. */
const HAND_OVER_MS = 2_000;
/** A run ends after so many steps and hands over, well below Inngest's 1,000. */
const MOST_STEPS = 200;
/** What is due later than this is left to the sweep, so that no run sleeps for hours. */
const LONGEST_SLEEP_MS = 10 * 60_000;
/** An unreachable app uses up an attempt, so a deploy must not be the last one. */
const RETRIES = 4;

const stopping = new AbortController();

/** Lets the steps under way end early; called when the server is told to stop. */
export function stopServing(): void {
  stopping.abort();
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

/** The run that sleeps for each number, and until when, as far as this process knows. */
const sleepers = new Map<string, { runId: string; until: number }>();

/**
 * When this run is to go on; null when it may end, because another one will be awake by then. Every wake-up starts a run, and
 * sleeping ones do not count for Inngest's concurrency: without this a queue that always waits for something would collect them.
 */
function sleepUntil(name: string, runId: string, nextDueAt: Date | null): string | null {
  const until = nextDueAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (until > Date.now() + LONGEST_SLEEP_MS) return null;
  const known = sleepers.get(name);
  if (known && known.runId !== runId && known.until > Date.now() && known.until <= until) return null;
  if (until > Date.now()) sleepers.set(name, { runId, until });
  return iso(nextDueAt);
}

export const dispatch = inngest.createFunction(
  { id: "dispatch", retries: RETRIES, triggers: [messagesWaiting], concurrency: [{ limit: 1, key: "event.data.integrationId" }] },
  async ({ event, step, runId }) => {
    const { integrationId: id, organizationId } = event.data;
    for (let turn = 0; turn < MOST_STEPS; turn++) {
      const goOnAt = await step.run(`send-${turn}`, async () => {
        const db = await openDatabase();
        const result = await dispatchIntegration(
          db,
          { id, organizationId },
          { owner: newId("run"), maxMs: STEP_MS, signal: stopping.signal },
        );
        if (result.taken) return null;
        // This process is stopping: the next step is another one's.
        if (stopping.signal.aborted) return iso(new Date(Date.now() + HAND_OVER_MS));
        return sleepUntil(id, runId, result.nextDueAt);
      });
      if (!goOnAt) return;
      if (Date.parse(goOnAt) > Date.now()) await step.sleepUntil(`wait-${turn}`, goOnAt);
    }
    await step.sendEvent("go-on", messagesWaiting.create({ integrationId: id, organizationId }));
  },
);

export const webhooks = inngest.createFunction(
  { id: "webhooks", retries: RETRIES, triggers: [webhooksReceived], batchEvents: { maxSize: 100, timeout: "1s" } },
  async ({ step }) => {
    const isLeft = await step.run("process", async () => {
      const db = await openDatabase();
      for (const until = performance.now() + STEP_MS; performance.now() < until && !stopping.signal.aborted; )
        if ((await processWebhooks(db)) === 0) return false;
      return true;
    });
    if (isLeft) await step.sendEvent("go-on", webhooksReceived.create({}));
  },
);

export const sandbox = inngest.createFunction(
  { id: "sandbox", retries: RETRIES, triggers: [sandboxWaiting], concurrency: [{ limit: 1 }] },
  async ({ step, runId }) => {
    for (let turn = 0; turn < MOST_STEPS; turn++) {
      const goOnAt = await step.run(`deliver-${turn}`, async () => {
        const { nextDueAt } = await deliverDueWebhooks(await openDatabase(), new Date());
        return sleepUntil("sandbox", runId, nextDueAt);
      });
      if (!goOnAt) return;
      if (Date.parse(goOnAt) > Date.now()) await step.sleepUntil(`wait-${turn}`, goOnAt);
    }
    await step.sendEvent("go-on", sandboxWaiting.create({}));
  },
);

/** Finds every committed row whose wake-up was lost, and settles what was left in doubt. */
export const sweep = inngest.createFunction(
  { id: "sweep", retries: RETRIES, triggers: [cron("* * * * *")], concurrency: [{ limit: 1 }] },
  async ({ step }) => {
    const due = await step.run("find", async () => {
      const db = await openDatabase();
      const now = new Date();
      await rescueStuck(db, now);
      await failUnsettled(db, now);
      await settleEarly(db);
      return findDueIntegrations(db, now);
    });
    await step.sendEvent("wake", [
      webhooksReceived.create({}),
      sandboxWaiting.create({}),
      ...due.map(({ id, organizationId }) => messagesWaiting.create({ integrationId: id, organizationId })),
    ]);
  },
);

export const templateSync = inngest.createFunction(
  { id: "template-sync", retries: RETRIES, triggers: [cron("17 3 * * *")] },
  async ({ step }) => {
    await step.run("sync", async () => syncAllTemplates(await openDatabase(), stopping.signal));
  },
);

export const numberRefresh = inngest.createFunction(
  { id: "number-refresh", retries: RETRIES, triggers: [cron("41 * * * *")] },
  async ({ step }) => {
    await step.run("refresh", async () => refreshNumbers(await openDatabase(), stopping.signal));
  },
);

/** As often as `HISTORY_EVERY_MS` says. */
export const history = inngest.createFunction(
  { id: "history", retries: RETRIES, triggers: [cron("*/5 * * * *")] },
  async ({ step }) => {
    await step.run("ask", async () => askHistory(await openDatabase(), new Date(), stopping.signal));
  },
);

export const retention = inngest.createFunction(
  { id: "retention", retries: RETRIES, triggers: [cron("*/10 * * * *")] },
  async ({ step }) => {
    await step.run("tidy", async () => tidy(await openDatabase(), new Date()));
  },
);

export const functions = [dispatch, webhooks, sandbox, sweep, templateSync, numberRefresh, history, retention];
