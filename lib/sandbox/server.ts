import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { SandboxAnswer } from "./answers";
import { createSandboxGraph, type SandboxGraphOptions } from "./graph";
import { MemoryStore, type MemoryStoreOptions } from "./memory-store";
import { closeWebhookConnections, verifyCallback } from "./post-webhook";
import { UpdateSandboxSettings } from "./schema";

export type SandboxServer = { store: MemoryStore; url: string; close: () => Promise<void> };

const BODY_LIMIT = 110 * 1024 * 1024;

const NewAccount = z.strictObject({
  phoneNumberId: z.string().min(1),
  businessAccountId: z.string().min(1),
  accessToken: z.string().min(1),
  appSecret: z.string().min(1),
  webhookUrl: z.url().nullable().default(null),
  verifyToken: z.string().optional(),
  settings: UpdateSandboxSettings.optional(),
});
const Faults = UpdateSandboxSettings.extend({ phoneNumberId: z.string().optional() });
const Inbound = z.strictObject({
  phoneNumberId: z.string(),
  from: z.string().regex(/^\+\d{7,15}$/),
  text: z.string().min(1),
  name: z.string().optional(),
});

/** The stand-in alone on a port, with its control paths under `/_sandbox/`. Port 0 takes a free one. */
export async function startSandboxServer(
  options: MemoryStoreOptions & SandboxGraphOptions & { port?: number; host?: string } = {},
): Promise<SandboxServer> {
  const { port = 0, host = "127.0.0.1" } = options;
  const store = new MemoryStore(options);
  const graph = createSandboxGraph(store, { verifyCallback, ...options });
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    void respond(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: error instanceof Error ? error.message : "unknown" }));
    });
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = `http://${request.headers.host ?? host}${request.url ?? "/"}`;
    const body = await readBody(request);
    if (request.url?.startsWith("/_sandbox/")) return control(request, response, new URL(url), body);
    const answer = await graph.handle({
      method: request.method ?? "GET",
      url,
      headers: request.headers as Record<string, string | undefined>,
      body,
    });
    if (answer.delayMs > 0) setTimeout(() => send(response, answer), answer.delayMs);
    else send(response, answer);
  }

  function control(request: IncomingMessage, response: ServerResponse, url: URL, body: Buffer | undefined): void {
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    const call = `${request.method} ${url.pathname}`;
    if (call === "GET /_sandbox/stats")
      return void json(200, {
        ...store.arrivals.summary(),
        webhooks: { waiting: store.webhooks.waiting, ...store.webhooks.counts },
      });
    if (call === "GET /_sandbox/callbacks") {
      response.writeHead(200, { "content-type": "text/tab-separated-values" });
      for (const [id, times] of store.arrivals.callbacks()) response.write(`${id}\t${times}\n`);
      return void response.end();
    }
    if (call === "GET /_sandbox/accounts") {
      return void json(
        200,
        [...store.accounts.values()].map(({ accessToken: _token, appSecret: _secret, verifyToken: _verify, ...shown }) => shown),
      );
    }
    if (call === "POST /_sandbox/reset") {
      store.reset();
      return void json(200, { success: true });
    }
    const given: unknown = parse(body);
    if (call === "POST /_sandbox/faults") {
      const faults = Faults.safeParse(given);
      if (!faults.success) return void json(400, { error: z.prettifyError(faults.error) });
      const { phoneNumberId, ...changes } = faults.data;
      store.updateSettings(changes, phoneNumberId);
      return void json(200, { success: true });
    }
    if (call === "POST /_sandbox/accounts") {
      const account = NewAccount.safeParse(given);
      if (!account.success) return void json(400, { error: z.prettifyError(account.error) });
      store.registerAccount(account.data);
      return void json(201, { success: true });
    }
    if (call === "POST /_sandbox/inbound") {
      const message = Inbound.safeParse(given);
      if (!message.success) return void json(400, { error: z.prettifyError(message.error) });
      const account = store.accounts.get(message.data.phoneNumberId);
      if (!account) return void json(404, { error: "There is no such phone number id." });
      return void json(201, { id: store.receive(account, message.data.from, message.data.text, message.data.name).id });
    }
    json(404, { error: "There is no such control path." });
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { store, url: `http://${host}:${portOf(server)}`, close: () => close(server, store) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function close(server: Server, store: MemoryStore): Promise<void> {
  store.webhooks.clear();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await closeWebhookConnections();
}

function send(response: ServerResponse, { status, headers, text, bytes, cut }: SandboxAnswer): void {
  if (cut === "hang") return;
  if (cut === "close") return void response.socket?.destroy();
  // A text leaves in one piece with its headers, which halves the cost of an answer.
  const body = bytes ?? text;
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
  response.end(body);
}

function readBody(request: IncomingMessage): Promise<Buffer | undefined> | undefined {
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > BODY_LIMIT) request.destroy(new Error("The body is too large."));
    });
    request.on("end", () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}

function parse(body: Buffer | undefined): unknown {
  try {
    return JSON.parse(body?.toString("utf8") ?? "");
  } catch {
    return undefined;
  }
}
