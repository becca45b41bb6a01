import "server-only";
import { log } from "@/lib/log";

type AfterResponse = (work: () => Promise<void>) => void;
const held = globalThis as typeof globalThis & { __afterResponse?: AfterResponse };

/** A host that may freeze the process after an answer says how to be kept awake for a moment more. */
export function setAfterResponse(hook: AfterResponse | undefined): void {
  held.__afterResponse = hook;
}

/**
 * Does the work once: after `ms`, or when the answer under way has been given, whichever comes first. On a host that freezes
 * between requests a timer alone might never fire. Errors are logged; whoever schedules has something that makes up for a loss.
 */
export function runSoon(ms: number, work: () => Promise<void>): { cancel(): void } {
  let isOver = false;
  const once = async () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    await work().catch((error: unknown) => log.warn({ err: error }, "Work that was put off failed"));
  };
  const timer = setTimeout(once, ms);
  held.__afterResponse?.(once);
  return {
    cancel() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
