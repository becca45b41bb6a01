import "server-only";
import { openDatabase } from "@/lib/ctx";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { setWakingWatch, type Waking } from "@/lib/waking";
import { inngestSeenAt, oldestUntakenSeconds } from "./awake";
import type { Engine } from "./local";

const LOOK_EVERY_MS = 15_000;
/** Inngest calls the sweep every minute: when it missed two and work lies about, nobody wakes us. */
const SILENT_MS = 130_000;
const UNTAKEN_S = 60;
/** How long registering again is given to help before the built-in engine does the work. */
const TAKE_OVER_MS = 180_000;

/** Asked by probes, it looks at most this often. */
const LOOK_AGAIN_MS = 5_000;

type Hands = {
  register: () => Promise<boolean>;
  takeOver: () => Promise<Engine>;
  /** Lets wake-ups go to Inngest again. */
  giveBack: () => void;
};

/** What is to be done, from what is seen. Pure. */
export function decide(
  before: Waking,
  seen: { at: Date; inngestSeenAt: Date | null; untakenSeconds: number; mayTakeOver: boolean },
): { next: Waking; act: "nothing" | "register" | "take_over" | "give_back" } {
  const isSilent = !seen.inngestSeenAt || seen.at.getTime() - seen.inngestSeenAt.getTime() > SILENT_MS;
  if (!isSilent) {
    const act = before.state === "taken_over" ? "give_back" : "nothing";
    return { next: before.state === "well" ? before : { state: "well", since: seen.at }, act };
  }
  if (before.state === "taken_over") return { next: before, act: "register" };
  if (before.state === "well")
    return seen.untakenSeconds > UNTAKEN_S
      ? { next: { state: "stalled", since: seen.at }, act: "register" }
      : { next: before, act: "nothing" };
  if (seen.mayTakeOver && seen.at.getTime() - before.since.getTime() >= TAKE_OVER_MS)
    return { next: { state: "taken_over", since: seen.at }, act: "take_over" };
  return { next: before, act: "register" };
}

/**
 * Looks every 15 s whether Inngest still wakes this installation. When it does not, the functions are registered again, and where
 * that does not help within three minutes the built-in engine does the work until Inngest calls again. Both at once do no harm.
 */
export function watchInngest({ register, takeOver, giveBack }: Hands, now = () => new Date()): Engine {
  let state: Waking = { state: "well", since: now() };
  let lookedAt = Number.NEGATIVE_INFINITY;
  let engine: Engine | undefined;
  let looking: Promise<void> | undefined;
  let isOver = false;

  async function look(): Promise<void> {
    const db = await openDatabase();
    const before = state;
    const { next, act } = decide(before, {
      at: now(),
      inngestSeenAt: await inngestSeenAt(db),
      untakenSeconds: await oldestUntakenSeconds(db),
      mayTakeOver: env().INNGEST_FALLBACK && !env().VERCEL,
    });
    if (isOver) return;
    state = next;
    if (next.state === "stalled" && before.state === "well")
      log.error("Inngest wakes nobody although work is due; registering with it again");
    if (act === "register") await register().catch(() => false);
    if (act === "take_over") {
      log.error("Inngest still wakes nobody: the built-in engine takes over until it does");
      engine = await takeOver();
    }
    if (act === "give_back") {
      log.info("Inngest wakes us again: the built-in engine gives back");
      await engine?.stop();
      engine = undefined;
      giveBack();
    } else if (before.state === "stalled" && next.state === "well") log.info("Inngest wakes us again");
  }

  const lookOnce = () => {
    looking ??= look().finally(() => {
      lookedAt = now().getTime();
      looking = undefined;
    });
    return looking;
  };
  const timer = setInterval(() => {
    lookOnce().catch((error: unknown) => log.warn({ err: error }, "Could not look whether Inngest wakes us"));
  }, LOOK_EVERY_MS);
  timer.unref();
  setWakingWatch({
    last: () => state,
    look: async () => void (now().getTime() - lookedAt > LOOK_AGAIN_MS && (await lookOnce())),
  });

  const leave = () => {
    isOver = true;
    clearInterval(timer);
    engine?.leave();
  };
  return {
    leave,
    async stop() {
      leave();
      await looking?.catch(() => undefined);
      await engine?.stop();
      setWakingWatch(undefined);
    },
  };
}
