import "server-only";
import { log } from "@/lib/log";

/** Whether the engine is woken: as it should be, by nobody although work is due, or by the built-in engine in Inngest's place. */
export type Waking = { state: "well" | "stalled" | "taken_over"; since: Date };
type Watch = { last: () => Waking; look: () => Promise<void> };

const held = globalThis as typeof globalThis & { __wakingWatch?: Watch };

/** Whoever watches over the wake-ups says how to ask it. */
export function setWakingWatch(watch: Watch | undefined): void {
  held.__wakingWatch = watch;
}

/** How the engine of this installation is woken, looked at now; null where nobody else is asked to wake it. */
export async function waking(): Promise<Waking | null> {
  const watch = held.__wakingWatch;
  if (!watch) return null;
  // Where a process is frozen between requests no timer looks, so whoever asks does.
  await watch.look().catch((error: unknown) => log.warn({ err: error }, "Could not look whether Inngest wakes us"));
  return watch.last();
}
