import "server-only";
import { AppError } from "@/lib/errors";

/** A run that takes longer, because it waits for a lock or its connection is dead, does not hold up the others. */
const SLOW_MS = 500;
const MOST_IN_A_RUN = 200;

type Call<I, O> = { input: I; done: (output: O) => void; fail: (error: unknown) => void };
type Queue<I, O> = { running: number; waiting: Call<I, O>[]; hurry?: NodeJS.Timeout };

/**
 * Makes of work on a list a function for one item: calls that come while earlier ones run are done together, so that a
 * thousand requests a second need a few statements. A call that finds nothing running starts at once. Only calls of the same
 * `place` (a connection and a name, say an organization) meet in one run. When a run is refused with an `AppError`, each of
 * its items is tried alone: nobody is refused for another's sake.
 */
export function batched<I, O>(
  work: (inputs: readonly [I, ...I[]]) => Promise<readonly O[]>,
  place: (input: I) => [connection: object, name: string],
): (input: I) => Promise<O> {
  const queues = new WeakMap<object, Map<string, Queue<I, O>>>();

  async function run(calls: Call<I, O>[]): Promise<void> {
    const [first, ...others] = calls.map(({ input }) => input);
    if (first === undefined) return;
    try {
      const outputs = await work([first, ...others]);
      for (const [i, call] of calls.entries()) call.done(outputs[i] as O);
    } catch (error) {
      if (calls.length > 1 && error instanceof AppError) await Promise.all(calls.map((call) => run([call])));
      else for (const call of calls) call.fail(error);
    }
  }

  return (input) => {
    const [connection, name] = place(input);
    const named = queues.get(connection) ?? new Map<string, Queue<I, O>>();
    const queue = named.get(name) ?? { running: 0, waiting: [] };
    queues.set(connection, named.set(name, queue));
    const next = async () => {
      queue.running += 1;
      while (queue.waiting.length > 0) {
        clearTimeout(queue.hurry);
        queue.hurry = undefined;
        await run(queue.waiting.splice(0, MOST_IN_A_RUN));
      }
      queue.running -= 1;
      if (queue.running === 0) named.delete(name);
    };
    return new Promise<O>((done, fail) => {
      queue.waiting.push({ input, done, fail });
      if (queue.running === 0) void next();
      else queue.hurry ??= setTimeout(() => void next(), SLOW_MS);
    });
  };
}
