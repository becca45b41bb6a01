import { expect, test } from "vitest";
import { Breaker } from "./breaker";

function make() {
  let now = 1_000;
  const breaker = new Breaker(() => now);
  return {
    breaker,
    pass: (ms: number) => {
      now += ms;
    },
    fail: (times: number) => {
      for (let i = 0; i < times; i++) breaker.unanswered("a");
    },
  };
}
const FREE = { restMs: 0, isTrying: false };

test("nine calls without an answer change nothing, and one that is answered begins anew", () => {
  const { breaker, fail } = make();
  fail(9);
  expect(breaker.state("a")).toEqual(FREE);
  breaker.answered("a");
  fail(9);
  expect(breaker.state("a")).toEqual(FREE);
});

test("ten make the number rest, only this one, and those that were under way prolong nothing", () => {
  const { breaker, fail, pass } = make();
  fail(10);
  expect(breaker.state("a")).toEqual({ restMs: 1_000, isTrying: true });
  fail(500);
  expect(breaker.state("a")).toEqual({ restMs: 1_000, isTrying: true });
  expect(breaker.state("b")).toEqual(FREE);
  pass(1_000);
  expect(breaker.state("a")).toEqual({ restMs: 0, isTrying: true });
});

test("each try that fails makes the rest twice as long, up to a minute, and one that is answered ends it", () => {
  const { breaker, fail, pass } = make();
  fail(10);
  const rests: number[] = [];
  for (let i = 0; i < 8; i++) {
    pass(breaker.state("a").restMs);
    fail(1);
    rests.push(breaker.state("a").restMs);
  }
  expect(rests).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  breaker.answered("a");
  expect(breaker.state("a")).toEqual(FREE);
});
