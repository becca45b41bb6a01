import "server-only";
import { createServer } from "node:net";
import { resetEnv } from "@/lib/env";
import { createApiRouter } from "@/server/api-router";
import { listen } from "@/server/http-server";

const files = import.meta.glob<Record<string, unknown>>("/app/api/**/route.ts");

/** Every address of the API as the real server answers it, from the files that are there. */
export async function apiRoutes(): Promise<{ path: string; handlers: Record<string, unknown> }[]> {
  return Promise.all(
    Object.entries(files).map(async ([file, load]) => ({
      path: file.replace(/^\/app/, "").replace(/\/route\.ts$/, ""),
      handlers: await load(),
    })),
  );
}

export type TestConsole = {
  url: string;
  stop: () => Promise<void>;
  call: (token: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
};
// biome-ignore lint/suspicious/noExplicitAny: the tests read answers of every shape
export type Answer = { status: number; headers: Headers; body: any };

/** The API on a port of its own, so that the sandbox's webhooks arrive over HTTP as Meta's do. `speed` 0: without delays. */
export async function startTestConsole(speed = 0): Promise<TestConsole> {
  const port = await freePort();
  Object.assign(process.env, { PORT: String(port), SANDBOX_SPEED: String(speed), PUBLIC_URL: `http://127.0.0.1:${port}` });
  resetEnv();
  const url = `http://127.0.0.1:${port}`;
  const stop = await listen({
    port,
    trustProxy: false,
    api: createApiRouter(await apiRoutes()),
    pages: async (_, res) => void res.end(),
  });
  return {
    url,
    stop,
    async call(token, method, path, body, headers = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
    },
  };
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address ? resolve(address.port) : reject(new Error("No port"))));
    });
  });
}

/** Asks again until the answer satisfies; fails after `withinMs` with the last answer. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isGood: (answer: T) => boolean,
  what: string,
  withinMs = 15_000,
): Promise<T> {
  const endsAt = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    if (Date.now() > endsAt) throw new Error(`${what} did not happen. Last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
