import { Pool } from "undici";

export type LoadResult = {
  requests: number;
  seconds: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  statuses: Record<number, number>;
};

/** Posts `body(i)` over `connections` kept-alive connections for `seconds`, each connection one request at a time. */
export async function postLoad(options: {
  url: string;
  path: string;
  /** What every request carries; a function where it depends on the body. */
  headers: Record<string, string> | ((body: string) => Record<string, string>);
  body: (i: number) => string;
  connections: number;
  seconds: number;
}): Promise<LoadResult> {
  const pool = new Pool(options.url, { connections: options.connections, pipelining: 1 });
  const endsAt = performance.now() + options.seconds * 1000;
  const times: number[] = [];
  const statuses: Record<number, number> = {};
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      while (performance.now() < endsAt) {
        const body = options.body(next++);
        const headers = typeof options.headers === "function" ? options.headers(body) : options.headers;
        const from = performance.now();
        const answer = await pool.request({
          path: options.path,
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body,
        });
        await answer.body.dump();
        times.push(performance.now() - from);
        statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
  return {
    requests: times.length,
    seconds,
    perSecond: Math.round(times.length / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    statuses,
  };
}
