import "server-only";

/**
 * For questions that cost more the more there is: whoever asks while one is being answered shares the answer, and an answer that
 * was costly to find is given again for `rest` times as long as it took. However often it is asked, the database is busy with it
 * no more than 1/(1 + rest) of the time. What costs little is found anew at each call. An error is never kept.
 */
export function cacheWhenCostly<A>(
  rest: number,
  isCostly: (answer: A) => boolean,
): (name: string, find: () => Promise<A>) => Promise<A> {
  const answers = new Map<string, Promise<A>>();

  return (name, find) => {
    const known = answers.get(name);
    if (known) return known;
    const from = performance.now();
    const forget = () => answers.delete(name);
    const answer = find();
    answers.set(name, answer);
    answer.then((found) => {
      if (!isCostly(found)) forget();
      else setTimeout(forget, (performance.now() - from) * rest).unref();
    }, forget);
    return answer;
  };
}
