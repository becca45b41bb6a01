import "server-only";
import { AppError } from "@/lib/errors";

/**
 * Two editors of one thing: who saves second must have seen what the first one saved. `seen` is the `updatedAt` that the editor read;
 * without it nothing is asked. Throws `conflict` with the present state in `details.current`.
 */
export async function requireUnchanged(
  updatedAt: Date,
  seen: string | undefined,
  current: () => Promise<unknown>,
): Promise<void> {
  if (seen === undefined || new Date(seen).getTime() === updatedAt.getTime()) return;
  throw new AppError("conflict", "Somebody else changed this in the meantime", { details: { current: await current() } });
}

/** When a change is written down: always later than what was read, also within one millisecond. */
export function laterThan(updatedAt: Date, now: Date): Date {
  return new Date(Math.max(now.getTime(), updatedAt.getTime() + 1));
}
