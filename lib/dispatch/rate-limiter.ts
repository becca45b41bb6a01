/**
 * Calls that leave a second apart may arrive closer together, so the second in which the rate is counted is a little longer.
 * Slots are a little further apart still: a call that was late is then not late again a second later.
 */
const SECOND_MS = 1_006;
const SLOT_SECOND_MS = 1_006.5;
/** After a stall calls leave so much faster than the rate, and not all at once: a crowd would be back every second. */
const CATCH_UP = 2;
const MOMENT_MS = 5;
/** More calls than a number may ever make in a second. */
const FASTEST = 2_000;
/** Nothing is ever paid for further ahead than this; what claims to be was written by a clock that has been set back since. */
const FURTHEST_AHEAD_MS = 10_000;

/** A clock that nobody sets, the same in every thread of the process. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * When each of `count` messages may leave: evenly, one after another, never before what was paid for already. Slots that nobody
 * filled in time are gone: making up for them would crowd the same part of every second that follows.
 */
export function slots(paidUntil: Date | null, now: Date, perSecond: number, count: number): { at: number[]; paidUntil: Date } {
  const gapMs = SLOT_SECOND_MS / perSecond;
  const paid = paidUntil?.getTime() ?? 0;
  const start = paid > now.getTime() + FURTHEST_AHEAD_MS ? now.getTime() : Math.max(now.getTime(), paid);
  return {
    at: Array.from({ length: count }, (_, i) => start + i * gapMs),
    paidUntil: new Date(Math.round(start + count * gapMs)),
  };
}

/**
 * Keeps the rate of one number exactly: slots say when calls are to leave, but timers are late, and calls that catch up would
 * crowd. In any second never more calls leave than the rate allows, counted when they really left. Times are `monotonicMs()`.
 */
export class RateLimiter {
  /** When calls were handed over, and when their first bytes left, both in order. */
  private handed: number[] = [];
  private left: number[] = [];
  private unstarted = 0;

  /** How long a call with this slot has still to wait; 0: it may leave now. */
  waitMs(slot: number, perSecond: number, now = monotonicMs()): number {
    const freeAt = (times: number[], most: number, withinMs: number) =>
      (times.at(-Math.floor(most)) ?? now - withinMs) + withinMs;
    // What waits for a connection may leave at any moment, so it counts.
    const most = Math.max(1, Math.floor(perSecond)) - this.unstarted;
    const inSecond = most > 0 ? freeAt(this.left, most, SECOND_MS) : now + MOMENT_MS;
    const inMoment = freeAt(this.handed, Math.max(2, (CATCH_UP * perSecond * MOMENT_MS) / 1000), MOMENT_MS);
    return Math.max(slot, inSecond, inMoment, now) - now;
  }

  /** Counts a call. The first of the two functions tells that its first byte leaves, the second that it never did. */
  leave(now = monotonicMs()): { start: (at?: number) => void; drop: () => void } {
    note(this.handed, now);
    this.unstarted += 1;
    let isOpen = true;
    const close = (): boolean => {
      const was = isOpen;
      isOpen = false;
      if (was) this.unstarted -= 1;
      return was;
    };
    return {
      start: (at = monotonicMs()) => {
        if (close()) note(this.left, at);
      },
      drop: () => void close(),
    };
  }

  /** After how long another process, which does not know when these calls left, may go on with evenly spaced ones. */
  freeInMs(perSecond: number, now = monotonicMs()): number {
    const most = Math.max(1, Math.floor(perSecond));
    const gapMs = SLOT_SECOND_MS / perSecond;
    const waiting = Array.from({ length: this.unstarted }, () => now);
    const latest = [...this.left, ...waiting].slice(-most).reverse();
    return Math.max(0, ...latest.map((at, i) => at + SECOND_MS - (most - i - 1) * gapMs - now));
  }
}

function note(times: number[], at: number): void {
  times.push(at);
  if (times.length > 2 * FASTEST) times.splice(0, FASTEST);
}
