import { expect, test, vi } from "vitest";
import { cacheWhenCostly } from "./cache-when-costly";

function asker(costly: boolean) {
  const ask = cacheWhenCostly<number>(3, () => costly);
  let asked = 0;
  return { ask: (name = "a") => ask(name, async () => ++asked) };
}

test("what costs little is found anew at each call", async () => {
  const { ask } = asker(false);
  expect([await ask(), await ask(), await ask("b")]).toEqual([1, 2, 3]);
});

test("those who ask meanwhile share the answer, each name its own", async () => {
  const { ask } = asker(false);
  expect(await Promise.all([ask(), ask(), ask("b"), ask()])).toEqual([1, 1, 2, 1]);
});

test("what was costly is given again for so many times as long as it took, then found anew", async () => {
  vi.useFakeTimers();
  try {
    const ask = cacheWhenCostly<number>(3, () => true);
    let asked = 0;
    const find = () => new Promise<number>((resolve) => setTimeout(() => resolve(++asked), 100));
    const first = ask("a", find);
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toBe(1);
    await vi.advanceTimersByTimeAsync(290);
    expect(await ask("a", find)).toBe(1);
    await vi.advanceTimersByTimeAsync(20);
    const again = ask("a", find);
    await vi.advanceTimersByTimeAsync(100);
    expect(await again).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

test("an error is told to those who asked, and not kept", async () => {
  const ask = cacheWhenCostly<number>(3, () => true);
  await expect(ask("a", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await ask("a", async () => 1)).toBe(1);
});
