import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** After an answer that did not need the whole body, how long, and how much, the client may go on sending before we hang up. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 10_000_000;

/** Makes the standard Request of one that came in over node's http. */
export function toRequest(req: IncomingMessage, res: ServerResponse, origin: string): Request {
  return new WebRequest(req, res, origin).native();
}

/**
 * The same for a path that is called thousands of times a second: its parts are made when asked for, which takes a third of the time.
 * It has everything our own handlers use, but may not be given to fetch() or new Request(); a clone of it may.
 */
export function toQuickRequest(req: IncomingMessage, res: ServerResponse, origin: string): Request {
  // Request's remaining members (cache, mode, …) mean nothing on a server; the class has those that do.
  return new WebRequest(req, res, origin) as unknown as Request;
}

class WebRequest {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #origin: string;
  #headers: Headers | undefined;
  #body: ReadableStream<Uint8Array> | undefined;
  #abort: AbortController | undefined;
  #native: Request | undefined;

  constructor(req: IncomingMessage, res: ServerResponse, origin: string) {
    this.#req = req;
    this.#res = res;
    this.#origin = origin;
  }

  get method(): string {
    return this.#req.method ?? "GET";
  }

  get url(): string {
    return this.#origin + this.#req.url;
  }

  get headers(): Headers {
    if (!this.#headers) {
      this.#headers = new Headers();
      for (const [name, value] of Object.entries(this.#req.headers)) {
        if (value !== undefined) this.#headers.append(name, String(value));
      }
    }
    return this.#headers;
  }

  get body(): ReadableStream<Uint8Array> | null {
    const given = this.#req.headers["content-length"] ?? this.#req.headers["transfer-encoding"];
    if (given === undefined || given === "0" || this.method === "GET" || this.method === "HEAD") return null;
    this.#body ??= streamOf(this.#req);
    return this.#body;
  }

  /** Aborted when the client goes away before it has its answer. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      this.#res.once("close", () => this.#res.writableFinished || abort.abort());
    }
    return this.#abort.signal;
  }

  native(): Request {
    const init: RequestInit & { duplex: "half" } = {
      method: this.method,
      headers: this.headers,
      body: this.body,
      signal: this.signal,
      duplex: "half",
    };
    this.#native ??= new Request(this.url, init);
    return this.#native;
  }

  clone = () => this.native().clone();
  json = () => this.native().json();
  text = () => this.native().text();
  arrayBuffer = () => this.native().arrayBuffer();
  formData = () => this.native().formData();
}

function streamOf(req: IncomingMessage): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      req.on("data", (chunk: Buffer) => {
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) req.pause();
      });
      req.once("end", () => controller.close());
      req.once("error", (error) => controller.error(error));
      req.pause();
    },
    pull() {
      req.resume();
    },
    cancel() {
      req.removeAllListeners("data").removeAllListeners("end").pause();
    },
  });
}

/** Sends an answer; one that streams is sent as it comes, and told to stop when the client goes away. */
export async function sendResponse(req: IncomingMessage, res: ServerResponse, response: Response): Promise<void> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of response.headers) headers[name] = value;
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  const { socket } = req;
  if (!req.complete) res.once("finish", () => hangUp(req, socket));

  const { body } = response;
  if (!body || req.method === "HEAD") {
    await body?.cancel();
    if (!body && response.status !== 204 && response.status !== 304) headers["content-length"] ??= "0";
    res.writeHead(response.status, headers).end();
  } else if (headers["content-type"]?.toString().startsWith("application/json")) {
    const bytes = Buffer.from(await response.arrayBuffer());
    headers["content-length"] = `${bytes.byteLength}`;
    res.writeHead(response.status, headers).end(bytes);
  } else {
    res.writeHead(response.status, headers);
    await stream(body, res);
  }
}

async function stream(body: ReadableStream<Uint8Array>, res: ServerResponse): Promise<void> {
  res.flushHeaders();
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => undefined);
  res.once("close", leave);
  for (;;) {
    const { done, value } = await reader.read();
    if (done || res.destroyed) break;
    if (!res.write(value)) await new Promise<void>((next) => res.once("drain", next).once("close", next));
  }
  res.removeListener("close", leave);
  res.end();
}

/** After the answer: a body nobody wants any more is let run out for a moment, so that the client gets to read the answer, and then cut off. */
export function hangUp(req: IncomingMessage, socket: Socket): void {
  if (req.complete) return;
  let left = LINGER_BYTES;
  req.on("data", (chunk: Buffer) => {
    left -= chunk.byteLength;
    if (left < 0) socket.destroy();
  });
  req.resume();
  setTimeout(() => req.complete || socket.destroy(), LINGER_MS).unref();
}
