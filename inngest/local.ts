import "server-only";
import type { Db } from "@/db/client";
import { openDatabase } from "@/lib/ctx";
import { dispatchIntegration } from "@/lib/dispatch/dispatch";
import { failUnsettled, findDueIntegrations, rescueStuck, settleEarly, tidy } from "@/lib/dispatch/sweep";
import { newId } from "@/lib/ids";
import { refreshNumbers } from "@/lib/integrations/refresh";
import { log } from "@/lib/log";
import { askHistory, HISTORY_EVERY_MS } from "@/lib/messages/history";
import { deliverDueWebhooks } from "@/lib/sandbox/deliver";
import { syncAllTemplates } from "@/lib/templates/sync-all";
import { setWaker } from "@/lib/wake";
import { processWebhooks } from "@/lib/webhooks/process";

const SWEEP_MS = 2_000;
const TIDY_MS = 10 * 60_000;
const REFRESH_MS = 60 * 60_000;
const TEMPLATES_MS = 24 * 60 * 60_000;
const TAKEN_RETRY_MS = 300;
const LONGEST_TIMER_MS = 60_000;

export type Engine = {
  /** Starts nothing new and lets what is under way end early; said before `stop`, so that it ends while requests are still answered. */
  leave(): void;
  /** Leaves, and waits until everything under way has ended. */
  stop(): Promise<void>;
};

/**
 * The engine inside the process: wakes the same ticks that Inngest wakes, on a wake-up, when something comes due, and by a
 * sweep. Several processes may run one each. `stop` lets what is under way end and starts nothing new.
 */
export async function startLocalEngine(): Promise<Engine> {
  const db = await openDatabase();
  const owner = newId("eng");
  const stopping = new AbortController();
  const jobs = new Map<string, Job>();

  const job = (key: string, work: () => Promise<Date | null>): Job => {
    const known = jobs.get(key);
    if (known) return known;
    const made = new Job(key, work, stopping.signal);
    jobs.set(key, made);
    return made;
  };
  const dispatch = (id: string, organizationId: string) =>
    job(`messages ${id}`, async () => {
      const result = await dispatchIntegration(
        db,
        { id, organizationId },
        { owner, signal: stopping.signal, background: (calls) => keep(calls, id, organizationId) },
      );
      return result.taken ? new Date(Date.now() + TAKEN_RETRY_MS) : result.nextDueAt;
    });
  // A call that hangs must not keep the number's next messages waiting; what the answers send back is due soon.
  const endings = new Set<Promise<void>>();
  const keep = (calls: Promise<void>, id: string, organizationId: string) => {
    const ending = calls.finally(() => {
      endings.delete(ending);
      dispatch(id, organizationId).wake();
    });
    endings.add(ending);
  };
  const webhooks = job("webhooks", async () => ((await processWebhooks(db)) > 0 ? new Date() : null));
  const sandbox = job("sandbox", async () => (await deliverDueWebhooks(db, new Date())).nextDueAt);
  const sweep = job("sweep", async () => {
    await sweepOnce(db, (id, organizationId) => dispatch(id, organizationId).wake());
    webhooks.wake();
    sandbox.wake();
    return new Date(Date.now() + SWEEP_MS);
  });
  const every = (name: string, ms: number, work: () => Promise<unknown>) =>
    job(name, async () => {
      await work();
      return new Date(Date.now() + ms);
    });

  setWaker((wake) => {
    if (wake.kind === "messages") dispatch(wake.integrationId, wake.organizationId).wake();
    else if (wake.kind === "webhooks") webhooks.wake();
    else sandbox.wake();
  });
  sweep.wake();
  every("tidy", TIDY_MS, () => tidy(db, new Date())).wake();
  every("history", HISTORY_EVERY_MS, () => askHistory(db, new Date(), stopping.signal)).sleep(HISTORY_EVERY_MS);
  every("refresh", REFRESH_MS, () => refreshNumbers(db, stopping.signal)).sleep(REFRESH_MS);
  every("templates", TEMPLATES_MS, () => syncAllTemplates(db, stopping.signal)).sleep(TEMPLATES_MS);

  const leave = () => {
    setWaker(undefined);
    stopping.abort();
  };
  return {
    leave,
    async stop() {
      leave();
      await Promise.all([...jobs.values()].map((each) => each.ended()));
      await Promise.all(endings);
    },
  };
}

async function sweepOnce(db: Db, dispatch: (id: string, organizationId: string) => void): Promise<void> {
  const now = new Date();
  await rescueStuck(db, now);
  await failUnsettled(db, now);
  await settleEarly(db);
  for (const { id, organizationId } of await findDueIntegrations(db, now)) dispatch(id, organizationId);
}

/** Work that runs one at a time: woken while it runs it runs once more; it says itself when it wants to run again. */
class Job {
  private running: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Number.POSITIVE_INFINITY;
  private failures = 0;

  constructor(
    private readonly name: string,
    private readonly work: () => Promise<Date | null>,
    private readonly stopping: AbortSignal,
  ) {}

  wake(): void {
    if (this.stopping.aborted) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.dueAt = Number.POSITIVE_INFINITY;
    this.running = this.run().finally(() => {
      this.running = undefined;
      if (this.again) {
        this.again = false;
        this.wake();
      }
    });
  }

  sleep(ms: number): void {
    // Not by a clock that can be set.
    const dueAt = performance.now() + ms;
    if (this.stopping.aborted || dueAt >= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(
      () => {
        this.dueAt = Number.POSITIVE_INFINITY;
        if (performance.now() < dueAt) this.sleep(dueAt - performance.now());
        else this.wake();
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    this.timer.unref();
  }

  async ended(): Promise<void> {
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      const next = await this.work();
      this.failures = 0;
      if (next) this.sleep(Math.max(0, next.getTime() - Date.now()));
    } catch (error) {
      this.failures += 1;
      const waitMs = Math.min(30_000, 250 * 2 ** this.failures);
      log.error({ err: error, job: this.name, waitMs }, "A job of the engine failed and will run again");
      this.sleep(waitMs);
    }
  }
}
