import "server-only";
import { openDatabase } from "@/lib/ctx";
import { env, publicUrl, usesInngest } from "@/lib/env";
import { runSoon } from "@/lib/later";
import { log } from "@/lib/log";
import { inngestProblem } from "@/lib/readiness";
import { setWaker, type Wake } from "@/lib/wake";
import { awakeUntil } from "./awake";
import { inngest } from "./client";
import { eventOf, later, stopServing } from "./functions";
import { keyOf } from "./jobs";
import { type Engine, startLocalEngine } from "./local";
import { watchInngest } from "./watch";

/** Wake-ups of one kind within this time become one event: a run takes all there is anyway. */
const COALESCE_MS = 250;
const GUARD_EVERY_MS = 10_000;
const REGISTER_TRIES = 30;

/** The engine that the environment asks for: Inngest when any INNGEST_* is set, otherwise the one inside the process. */
export async function startEngine(): Promise<Engine> {
  if (!usesInngest()) return startLocalEngine();
  const problem = inngestProblem();
  if (problem) throw new Error(problem);
  wakeThroughInngest();
  const stopping = new AbortController();
  void registerWhenUp(stopping.signal);
  const watch = watchInngest({ register, takeOver: startLocalEngine, giveBack: wakeThroughInngest });
  const leave = () => {
    stopping.abort();
    setWaker(undefined);
    watch.leave();
    stopServing();
  };
  return {
    leave,
    async stop() {
      leave();
      await watch.stop();
    },
  };
}

/**
 * Turns wake-ups into events, after the commit and at most four a second of a kind. Whoever is awake already finds the work
 * without one; for the case that it dies there is one event that looks after its lease. A lost event delays by a minute: the sweep.
 */
function wakeThroughInngest(): void {
  const waiting = new Map<string, Wake>();
  const guarded = new Map<string, number>();
  let isComing = false;
  const flush = async () => {
    isComing = false;
    const wakes = [...waiting.values()];
    waiting.clear();
    await send(wakes, guarded);
  };
  setWaker((wake) => {
    const key = wake.at ? `${keyOf(wake)} ${wake.at.toISOString()}` : keyOf(wake);
    waiting.set(key, wake);
    if (isComing) return;
    isComing = true;
    runSoon(COALESCE_MS, flush);
  });
}

async function send(wakes: Wake[], guarded: Map<string, number>): Promise<void> {
  try {
    const awake = await awakeUntil(await openDatabase(), wakes.map(keyOf));
    const events = wakes.flatMap((wake): (ReturnType<typeof eventOf> | ReturnType<typeof later>)[] => {
      if (wake.at) return [later({ ...wake, at: wake.at })];
      const until = awake.get(keyOf(wake));
      if (!until) return [eventOf(wake)];
      const guardAt = Math.ceil((until.getTime() + 1_000) / GUARD_EVERY_MS) * GUARD_EVERY_MS;
      if (guarded.get(keyOf(wake)) === guardAt) return [];
      guarded.set(keyOf(wake), guardAt);
      return [later({ ...wake, at: new Date(guardAt) })];
    });
    if (events.length > 0) await inngest.send(events);
    noteTaken();
  } catch (error) {
    noteRefused(error);
  }
}

let refusedSince: Date | undefined;
let refusals = 0;

/** One line when Inngest goes and one when it comes back, with a count between. */
function noteRefused(error: unknown): void {
  refusals += 1;
  if (refusedSince) return;
  refusedSince = new Date();
  log.warn(
    { reason: error instanceof Error ? error.message : String(error) },
    "Inngest does not take wake-ups; what waits, waits",
  );
}

function noteTaken(): void {
  if (!refusedSince) return;
  log.info({ since: refusedSince, refusals }, "Inngest takes wake-ups again");
  refusedSince = undefined;
  refusals = 0;
}

/** Tells Inngest of our functions; false when it could not be told. */
async function register(signal?: AbortSignal): Promise<boolean> {
  const answer = await fetch(`${env().INNGEST_SERVE_ORIGIN ?? publicUrl()}/api/inngest`, {
    method: "PUT",
    signal: signal ?? null,
  });
  await answer.arrayBuffer();
  return answer.ok;
}

/** Events that are sent before the functions are registered never fire, so the app registers itself as soon as it answers. */
async function registerWhenUp(signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < REGISTER_TRIES && !signal.aborted; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 1_000 * 2 ** attempt)));
    const isDone = await register(signal).catch(() => false);
    if (signal.aborted) return;
    if (isDone) {
      log.info(attempt > 0 ? { attempt } : {}, "The functions are registered with Inngest");
      return;
    }
    if (attempt === 0) log.warn("Inngest did not take the functions yet; they are offered again until it does");
  }
}
