import { createServer } from "node:http";
import { signature } from "./bodies";

type Json = Record<string, unknown>;

/** A webhook receiver for tests: notes what is signed rightly, and answers with `status`, which may be changed. */
export async function startReceiver(appSecret: string) {
  const received = { bodies: [] as string[], wrongSignatures: 0, status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      if (request.headers["x-hub-signature-256"] !== signature(appSecret, body)) received.wrongSignatures += 1;
      else if (received.status === 200) received.bodies.push(body);
      response.writeHead(received.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    received,
    port,
    url: `http://127.0.0.1:${port}/hook`,
    values: () => received.bodies.flatMap(valuesOf),
    statuses: () => received.bodies.flatMap(valuesOf).flatMap((value) => (value.statuses ?? []) as Json[]),
    messages: () => received.bodies.flatMap(valuesOf).flatMap((value) => (value.messages ?? []) as Json[]),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function valuesOf(body: string): Json[] {
  const parsed = JSON.parse(body) as { entry: { changes: { value: Json }[] }[] };
  return parsed.entry.flatMap((entry) => entry.changes.map((change) => change.value));
}

/** Waits until the condition holds, looking often; fails after five seconds. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error("What was waited for did not happen within 5 s.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
