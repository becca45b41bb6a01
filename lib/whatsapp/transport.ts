import "server-only";
import { Readable } from "node:stream";
import { Agent } from "undici";

export type GraphRequest = {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers: Record<string, string>;
  /** A body that is streamed names its content-length. */
  body?: string | AsyncIterable<Uint8Array>;
  /** For what takes longer than an ordinary call. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called when a connection is there, right before the first byte leaves. */
  onStart?: () => void;
};
/** Header names are in lower case. */
export type GraphResponse = { status: number; headers: Record<string, string>; text: string };

/** Carries one request. Throws `TransportError` when no whole answer came. */
export type Transport = (request: GraphRequest) => Promise<GraphResponse>;

/** No answer came. `wasSent` is false only when it is certain that not one byte of the request left. */
export class TransportError extends Error {
  readonly wasSent: boolean;
  readonly code: string;

  constructor(code: string, wasSent: boolean) {
    super(wasSent ? `No answer came (${code}).` : `No connection could be made (${code}).`);
    this.name = "TransportError";
    this.code = code;
    this.wasSent = wasSent;
  }
}

type HttpTransportOptions = {
  connectTimeoutMs?: number;
  requestTimeoutMs?: number;
  /** Sockets per host: 256 carry 1,000 calls a second at 250 ms each. */
  connections?: number;
};

const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/**
 * A transport over a pool of kept-alive connections. A connection that does not stand within `connectTimeoutMs` (5 s), or an
 * answer that is not complete within `requestTimeoutMs` (20 s, waiting for a free socket included), ends as `TransportError`.
 * Redirects are never followed. `close` waits for the calls under way.
 */
export function httpTransport(options: HttpTransportOptions = {}): { send: Transport; close: () => Promise<void> } {
  const { connectTimeoutMs = 5_000, requestTimeoutMs = 20_000, connections = 256 } = options;
  const agent = new Agent({
    connections,
    pipelining: 1,
    connect: { timeout: connectTimeoutMs },
    headersTimeout: requestTimeoutMs,
    bodyTimeout: requestTimeoutMs,
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  return { send: (request) => dispatch(agent, request, request.timeoutMs ?? requestTimeoutMs), close: () => agent.close() };
}

/** Whether a request left is known for certain here: undici calls `onRequestStart` on an open socket, before the first byte. */
function dispatch(agent: Agent, request: GraphRequest, timeoutMs: number): Promise<GraphResponse> {
  return new Promise((resolve, reject) => {
    const url = new URL(request.url);
    const chunks: Buffer[] = [];
    let status = 0;
    let headers: Record<string, string> = {};
    let wasSent = false;
    let isSettled = false;
    let abort: ((reason: Error) => void) | undefined;

    const settle = (finish: () => void) => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
      finish();
    };
    const fail = (code: string) => {
      settle(() => reject(new TransportError(code, wasSent)));
      abort?.(new Error(code));
    };
    const onAbort = () => fail("ABORTED");
    const timer = setTimeout(() => fail("TIMEOUT"), timeoutMs);
    request.signal?.addEventListener("abort", onAbort, { once: true });
    if (request.signal?.aborted) return onAbort();

    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        headers: request.headers,
        body: typeof request.body === "object" ? Readable.from(request.body) : (request.body ?? null),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      },
      {
        onRequestStart(controller) {
          // Given up while waiting for a socket: aborting here keeps the request from being written.
          if (isSettled) return controller.abort(new Error("given up"));
          wasSent = true;
          request.onStart?.();
          abort = (reason) => controller.abort(reason);
        },
        onResponseStart(_controller, statusCode, responseHeaders) {
          status = statusCode;
          headers = Object.fromEntries(
            Object.entries(responseHeaders).map(([name, value]) => [
              name.toLowerCase(),
              Array.isArray(value) ? value.join(", ") : (value ?? ""),
            ]),
          );
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          settle(() => resolve({ status, headers, text: Buffer.concat(chunks).toString("utf8") }));
        },
        onResponseError(_controller, error) {
          fail(errorCode(error));
        },
      },
    );
  });
}

/** The system's or undici's own code. Never the message, which may quote the request. */
export function errorCode(error: unknown): string {
  const causes = [error, error instanceof Error ? error.cause : undefined];
  for (const cause of causes) {
    if (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string") return cause.code;
  }
  return error instanceof Error ? error.name : "UNKNOWN";
}
