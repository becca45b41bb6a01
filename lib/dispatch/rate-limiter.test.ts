import { describe, expect, test } from "vitest";
import { RateLimiter, slots } from "./rate-limiter";

const SECOND_MS = 1_000;

/** Lets `slots` leave one after another on a clock that `late` disturbs; answers when each really left. */
function run(due: number[], perSecond: number, late: (now: number) => number): number[] {
  const limiter = new RateLimiter();
  const left: number[] = [];
  let now = due[0] ?? 0;
  for (const slot of due) {
    for (let wait = limiter.waitMs(slot, perSecond, now); wait > 0; wait = limiter.waitMs(slot, perSecond, now)) {
      now += wait + late(now);
    }
    limiter.leave(now).start(now);
    left.push(now);
  }
  return left;
}

function mostInAnySecond(times: number[]): number {
  let first = 0;
  let most = 0;
  for (const [i, at] of times.entries()) {
    while (at - (times[first] ?? 0) >= SECOND_MS) first += 1;
    most = Math.max(most, i - first + 1);
  }
  return most;
}

const due = (perSecond: number, count: number) => slots(null, new Date(1_000_000), perSecond, count).at;

describe("slots", () => {
  test("are even, start now, and go on where the last ones ended", () => {
    const now = new Date(1_000_000);
    const first = slots(null, now, 100, 50);
    expect(first.at[0]).toBe(1_000_000);
    expect((first.at[1] ?? 0) - (first.at[0] ?? 0)).toBeCloseTo(10.065);
    const second = slots(first.paidUntil, now, 100, 50);
    expect(second.at[0]).toBe(first.paidUntil.getTime());
  });

  test("do not believe a moment that a clock since set back has written", () => {
    const now = new Date(1_000_000);
    expect(slots(new Date(now.getTime() + 3_600_000), now, 100, 1).at[0]).toBe(now.getTime());
  });
});

describe("the pace of a number", () => {
  test.each([20, 80, 1_000])("at %i a second is never exceeded, however late timers are", (perSecond) => {
    // Late by a little always, and by a lot now and then, as a busy machine is.
    const late = (now: number) => (Math.floor(now) % 97 === 0 ? 180 : (now * 7.3) % 3);
    const left = run(due(perSecond, perSecond * 20), perSecond, late);
    expect(mostInAnySecond(left)).toBeLessThanOrEqual(perSecond);
  });

  test("makes up for the time that a stall took", () => {
    const perSecond = 1_000;
    let stalled = false;
    const once = (now: number) => {
      if (stalled || now < 1_002_000) return 0;
      stalled = true;
      return 300;
    };
    const left = run(due(perSecond, perSecond * 10), perSecond, once);
    const seconds = ((left.at(-1) ?? 0) - (left[0] ?? 0)) / 1000;
    expect(left.length / seconds).toBeGreaterThan(perSecond * 0.96);
    expect(mostInAnySecond(left)).toBeLessThanOrEqual(perSecond);
  });

  test("counts calls that wait for a connection, for they may all leave at once", () => {
    const limiter = new RateLimiter();
    const calls = Array.from({ length: 80 }, () => limiter.leave(1_000));
    expect(limiter.waitMs(1_000, 80, 5_000)).toBeGreaterThan(0);
    for (const call of calls.slice(0, 10)) call.drop();
    expect(limiter.waitMs(1_000, 80, 5_000)).toBe(0);
    for (const call of calls) call.start(5_000);
    expect(limiter.waitMs(1_000, 80, 5_100)).toBe(0);
    for (let i = 0; i < 10; i++) limiter.leave(5_100).start(5_100);
    expect(limiter.waitMs(1_000, 80, 5_200)).toBeGreaterThan(700);
  });

  test("lets another process go on so that the two together keep it", () => {
    const perSecond = 100;
    for (const late of [() => 0, (now: number) => (now > 1_000_500 && now < 1_000_600 ? 170 : 0)]) {
      const limiter = new RateLimiter();
      const left: number[] = [];
      let now = 1_000_000;
      for (const slot of due(perSecond, 90)) {
        for (let wait = limiter.waitMs(slot, perSecond, now); wait > 0; wait = limiter.waitMs(slot, perSecond, now))
          now += wait + late(now);
        limiter.leave(now).start(now);
        left.push(now);
      }
      const start = now + limiter.freeInMs(perSecond, now);
      const theirs = slots(null, new Date(Math.ceil(start)), perSecond, 200).at;
      expect(mostInAnySecond([...left, ...theirs])).toBeLessThanOrEqual(perSecond);
      expect(start - now).toBeLessThan(250);
    }
  });
});
