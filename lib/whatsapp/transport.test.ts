import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { httpTransport, TransportError } from "@/lib/whatsapp/transport";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (listener: RequestListener) => listen(createServer(listener));

function open(options: Parameters<typeof httpTransport>[0] = {}) {
  const transport = httpTransport({ requestTimeoutMs: 2_000, connectTimeoutMs: 500, ...options });
  cleanups.push(() => transport.close());
  return (url: string, signal?: AbortSignal) =>
    transport.send({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: "{}",
      ...(signal && { signal }),
    });
}

async function failureOf(promise: Promise<unknown>): Promise<TransportError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) throw new Error(`no TransportError but ${error}`);
  return error;
}

describe("httpTransport", () => {
  it("brings back status, headers and text whole", async () => {
    const url = await serve((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        response.writeHead(400, { "X-Usage": "1" });
        response.write("Gün");
        response.end(`aydın ${body} ${request.method}`);
      });
    });
    expect(await open()(url)).toMatchObject({ status: 400, headers: { "x-usage": "1" }, text: "Günaydın {} POST" });
  });

  it("does not follow a redirect", async () => {
    let count = 0;
    const url = await serve((_request, response) => {
      count++;
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    expect((await open()(url)).status).toBe(302);
    expect(count).toBe(1);
  });

  it("keeps connections", async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end("ok");
    });
    const send = open();
    for (let i = 0; i < 20; i++) await send(url);
    // A socket is free again a moment after its answer, so a second one may be opened for the next call.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it("knows that a refused connection carried nothing", async () => {
    const url = await serve(() => {});
    await cleanups.pop()?.();
    expect(await failureOf(open()(url))).toMatchObject({ wasSent: false, code: "ECONNREFUSED" });
  });

  it("knows that a name nobody has carried nothing", async () => {
    expect(await failureOf(open()("http://graph.invalid/x"))).toMatchObject({ wasSent: false });
  });

  it("knows that a failed TLS handshake carried nothing", async () => {
    const url = await serve((_request, response) => response.end());
    expect(await failureOf(open()(url.replace("http:", "https:")))).toMatchObject({ wasSent: false });
  });

  it("is unsure after a time-out, and does not wait longer", async () => {
    const url = await serve(() => {});
    const startedAt = Date.now();
    expect(await failureOf(open({ requestTimeoutMs: 200 })(url))).toMatchObject({ wasSent: true, code: "TIMEOUT" });
    expect(Date.now() - startedAt).toBeLessThan(1_500);
  });

  it("is unsure when the connection breaks after the request", async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await failureOf(open()(url))).toMatchObject({ wasSent: true });
  });

  it("is unsure when the answer breaks off", async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setTimeout(() => request.socket.destroy(), 20);
    });
    expect(await failureOf(open()(url))).toMatchObject({ wasSent: true });
  });

  it("is unsure when the answer is not HTTP", async () => {
    const url = await listen(createTcpServer((socket) => socket.on("data", () => socket.end("banana\r\n\r\n"))));
    expect(await failureOf(open()(url))).toMatchObject({ wasSent: true });
  });

  it("knows that a request that never got a socket carried nothing, and never sends it late", async () => {
    let count = 0;
    const url = await serve((_request, response) => {
      count++;
      setTimeout(() => response.end("ok"), 400);
    });
    const send = open({ connections: 1, requestTimeoutMs: 1_000 });
    const first = send(url);
    const controller = new AbortController();
    const second = failureOf(send(url, controller.signal));
    setTimeout(() => controller.abort(), 100);
    expect(await second).toMatchObject({ wasSent: false, code: "ABORTED" });
    expect((await first).text).toBe("ok");
    await send(url);
    expect(count).toBe(2);
  });

  it("sends nothing for a signal that was aborted before", async () => {
    let count = 0;
    const url = await serve((_request, response) => {
      count++;
      response.end();
    });
    expect(await failureOf(open()(url, AbortSignal.abort()))).toMatchObject({ wasSent: false, code: "ABORTED" });
    expect(count).toBe(0);
  });
});
