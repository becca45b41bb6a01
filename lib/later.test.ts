import { afterEach, expect, test, vi } from "vitest";
import { runSoon, setAfterResponse } from "./later";

afterEach(() => {
  setAfterResponse(undefined);
  vi.useRealTimers();
});

test("runs once after its time when the process lives on", async () => {
  vi.useFakeTimers();
  const work = vi.fn(async () => undefined);
  runSoon(100, work);
  await vi.advanceTimersByTimeAsync(99);
  expect(work).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  expect(work).toHaveBeenCalledTimes(1);
});

test("runs once, with the answer, where the process is frozen after it", async () => {
  vi.useFakeTimers();
  const handed: (() => Promise<void>)[] = [];
  setAfterResponse((work) => handed.push(work));
  const work = vi.fn(async () => undefined);
  runSoon(100, work);
  expect(handed).toHaveLength(1);
  await handed[0]?.();
  expect(work).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(work).toHaveBeenCalledTimes(1);
});

test("does not run after it was cancelled, and a failure reaches nobody", async () => {
  vi.useFakeTimers();
  const work = vi.fn(async () => Promise.reject(new Error("away")));
  runSoon(100, work).cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect(work).not.toHaveBeenCalled();
  runSoon(100, work);
  await vi.advanceTimersByTimeAsync(1000);
  expect(work).toHaveBeenCalledTimes(1);
});
