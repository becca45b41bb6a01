import { afterEach, describe, expect, test, vi } from "vitest";
import { batched } from "./batched";
import { AppError } from "./errors";

/** Work that ends when told to, and notes what it was given. */
function controlled(answer: (input: string) => string = (input) => input.toUpperCase()) {
  const runs: { inputs: string[]; end: () => void }[] = [];
  const connection = {};
  const call = batched<string, string>(
    (inputs) =>
      new Promise((done, fail) => {
        const end = () => {
          try {
            done(inputs.map(answer));
          } catch (error) {
            fail(error);
          }
        };
        runs.push({ inputs: [...inputs], end });
      }),
    (input) => [connection, input.slice(0, 1)],
  );
  return { runs, call };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => void vi.useRealTimers());

describe("together", () => {
  test("starts the first call at once and does those that come meanwhile in one run", async () => {
    const { runs, call } = controlled();
    const answers = ["a1", "a2", "a3"].map(call);
    expect(runs.map((run) => run.inputs)).toEqual([["a1"]]);
    runs[0]?.end();
    await settle();
    expect(runs[1]?.inputs).toEqual(["a2", "a3"]);
    runs[1]?.end();
    expect(await Promise.all(answers)).toEqual(["A1", "A2", "A3"]);
  });

  test("does not wait for a run that hangs", async () => {
    const { runs, call } = controlled();
    vi.useFakeTimers();
    const hanging = call("a1");
    const other = call("a2");
    expect(runs.map((run) => run.inputs)).toEqual([["a1"]]);
    vi.advanceTimersByTime(600);
    expect(runs.map((run) => run.inputs)).toEqual([["a1"], ["a2"]]);
    runs[1]?.end();
    expect(await other).toBe("A2");
    runs[0]?.end();
    expect(await hanging).toBe("A1");
  });

  test("keeps places apart", async () => {
    const { runs, call } = controlled();
    const answers = ["a1", "a2", "a3", "b1"].map(call);
    expect(runs.map((run) => run.inputs)).toEqual([["a1"], ["b1"]]);
    for (const run of runs) run.end();
    await settle();
    expect(runs[2]?.inputs).toEqual(["a2", "a3"]);
    runs[2]?.end();
    expect(await Promise.all(answers)).toEqual(["A1", "A2", "A3", "B1"]);
  });

  test("tries each alone when a run is refused, so that only the culprit fails", async () => {
    const { runs, call } = controlled((input) => {
      if (input === "a4") throw new AppError("not_found");
      return input;
    });
    const answers = Promise.allSettled(["a1", "a2", "a3", "a4", "a5"].map(call));
    for (let i = 0; i < 6; i++) {
      runs[i]?.end();
      await settle();
    }
    expect((await answers).map((answer) => answer.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test("does not try again what may have been done: any other error fails the whole run", async () => {
    const { runs, call } = controlled((input) => {
      if (input === "a4") throw new Error("the connection broke");
      return input;
    });
    const answers = Promise.allSettled(["a1", "a2", "a3", "a4"].map(call));
    for (let i = 0; i < 2; i++) {
      runs[i]?.end();
      await settle();
    }
    expect((await answers).map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
    expect(runs).toHaveLength(2);
  });
});
