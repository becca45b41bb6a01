import "server-only";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { setWaker, type Wake } from "@/lib/wake";
import { CHORES, keyOf, runRound, sweepOnce } from "./jobs";

const SWEEP_MS = 2_000;
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
  // A call that hangs must not keep the number's next messages waiting; what the answers send back is due soon.
  const endings = new Set<Promise<void>>();
  const woken = (wake: Wake): Job =>
    job(keyOf(wake), async () => {
      const background = (calls: Promise<void>) => {
        const ending = calls.finally(() => {
          endings.delete(ending);
          woken(wake).wake();
        });
        endings.add(ending);
      };
      const { nextDueAt, isTaken } = await runRound(db, wake, { owner, signal: stopping.signal, background });
      return isTaken ? new Date(Date.now() + TAKEN_RETRY_MS) : nextDueAt;
    });
  const sweep = job("sweep", async () => {
    for (const wake of await sweepOnce(db)) woken(wake).wake();
    return new Date(Date.now() + SWEEP_MS);
  });

  setWaker((wake) => {
    if (wake.at) woken(wake).sleep(Math.max(0, wake.at.getTime() - Date.now()));
    else woken(wake).wake();
  });
  sweep.wake();
  for (const { id, everyMs, atStart, run } of CHORES) {
    const chore = job(id, async () => {
      await run(db, stopping.signal);
      return new Date(Date.now() + everyMs);
    });
    if (atStart) chore.wake();
    else chore.sleep(everyMs);
  }

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
