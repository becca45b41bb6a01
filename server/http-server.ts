import "server-only";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createProbe, type Server as PortHolder, type Socket } from "node:net";
import { publicUrl } from "@/lib/env";
import { respondError } from "@/lib/http/respond";
import { HTTPS_ONLY, SECURITY_HEADERS } from "@/lib/http/security-headers";
import { newId } from "@/lib/ids";
import { log } from "@/lib/log";
import { networkOf, withoutPort } from "@/lib/network";
import { admit, type Refused } from "./admission";
import { Problem } from "./problem";
import { sendResponse, toQuickRequest, toRequest } from "./web-request";

// Longer than what load balancers keep, so that they and not we decide when a connection ends.
const KEEP_ALIVE_MS = 65_000;
/** The whole request, its body too, is here by then, or the connection is cut. */
const REQUEST_WITHIN_MS = 30_000;
const HEADERS_WITHIN_MS = 15_000;
/** A file of 100 MB over a slow line. Who has not proven who they are is answered before. */
const UPLOAD_WITHIN_MS = 10 * 60_000;
const UPLOADS = "/api/v1/media";
const LOOK_FOR_LATE_MS = 2_000;
const MOST_CONNECTIONS = 8_000;
/** One network's; behind a proxy of ours everybody comes from one. */
const MOST_CONNECTIONS_OF_ONE = 2_500;
const DRAIN_WITHIN_MS = 20_000;

type NodeHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;
type Options = {
  port: number;
  /** Behind a proxy of ours, whose word on the client's address counts. */
  trustProxy: boolean;
  /** Answers what is under /api; without it everything is the pages'. */
  api?: (pathname: string, request: Request) => Promise<Response>;
  pages: NodeHandler;
};

/** Listens on `port` until the returned function is called, which lets what is in flight finish, at most 20 seconds. */
export async function listen({ port, trustProxy, api, pages }: Options): Promise<() => Promise<void>> {
  const streams = new Set<ServerResponse>();
  const sockets = new Set<Socket>();
  const isSecure = publicUrl().startsWith("https:");

  const server = createServer({ connectionsCheckingInterval: LOOK_FOR_LATE_MS }, (req, res) => {
    answer(req, res).catch((error: unknown) => {
      log.error({ err: error }, "A request could not be answered");
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  });

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    noteClient(req, trustProxy);
    const admitted = admit(req, { trustProxy, strict: api !== undefined });
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) res.setHeader(name, value);
    const isHttps = isSecure || ("origin" in admitted && admitted.origin.startsWith("https:"));
    if (isHttps) res.setHeader("strict-transport-security", HTTPS_ONLY);
    if ("error" in admitted) return refuse(req, res, admitted);
    if (!api || !admitted.isApi) {
      cutOffWhenLate(req, res);
      return pages(req, res);
    }
    const { pathname, origin } = admitted;
    if (pathname !== UPLOADS) cutOffWhenLate(req, res);
    const request = pathname.startsWith("/api/v1/") ? toQuickRequest(req, res, origin) : toRequest(req, res, origin);
    const response = await api(pathname, request);
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      streams.add(res);
      res.once("close", () => streams.delete(res));
    }
    await sendResponse(req, res, response);
  }

  const counts = trustProxy ? undefined : new Map<string, number>();
  server.on("connection", (socket) => {
    const network = networkOf(socket.remoteAddress ?? "");
    const count = (counts?.get(network) ?? 0) + 1;
    if (count > MOST_CONNECTIONS_OF_ONE) {
      socket.destroy();
      return;
    }
    counts?.set(network, count);
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      const left = (counts?.get(network) ?? 1) - 1;
      if (left > 0) counts?.set(network, left);
      else counts?.delete(network);
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = HEADERS_WITHIN_MS;
  server.requestTimeout = UPLOAD_WITHIN_MS;
  await bind(server, port);
  // Without an API of ours this is the development server: its browsers hold connections that never end.
  return () => drain(server, streams, sockets, api ? DRAIN_WITHIN_MS : 0);
}

/** Node has one limit for all requests; the few that may take longer are why it is not the shorter one. */
function cutOffWhenLate(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete) return;
  const timer = setTimeout(() => req.complete || req.socket.destroy(), REQUEST_WITHIN_MS);
  res.once("close", () => clearTimeout(timer));
}

/** Says what is wrong: to programs as the API does, to people in one line. */
async function refuse(req: IncomingMessage, res: ServerResponse, { error, isApi }: Refused): Promise<void> {
  const answer = respondError(error, newId("req"));
  if (isApi) return sendResponse(req, res, answer);
  const headers = new Headers(answer.headers);
  headers.set("content-type", "text/plain; charset=utf-8");
  await sendResponse(req, res, new Response(`${error.message}\n`, { status: error.status, headers }));
}

/** A Problem when something else listens on the port. */
export async function requireFreePort(port: number): Promise<void> {
  const probe = createProbe();
  await bind(probe, port);
  await new Promise((done) => probe.close(done));
}

function bind(server: PortHolder, port: number): Promise<void> {
  return new Promise((done, fail) => {
    const refused = (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        fail(new Problem(`Port ${port} is in use by another program. Stop it, or set PORT to another number.`));
      else if (error.code === "EACCES")
        fail(new Problem(`Port ${port} needs rights that this user does not have. Set PORT to a number above 1023.`));
      else fail(error);
    };
    server.once("error", refused);
    server.listen(port, () => {
      server.off("error", refused);
      done();
    });
  });
}

async function drain(server: Server, streams: Set<ServerResponse>, sockets: Set<Socket>, withinMs: number): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  for (const stream of streams) stream.end();
  // A connection that becomes idle after its last answer would otherwise be kept alive.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, withinMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}

/** Puts the client's address into x-real-ip; what a stranger claims about it is removed. */
function noteClient(req: IncomingMessage, trustProxy: boolean): void {
  const { headers } = req;
  const direct = req.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  if (trustProxy) {
    // The last entry is the one our own proxy wrote.
    const forwarded = headers["x-forwarded-for"]?.toString().split(",").at(-1)?.trim();
    headers["x-real-ip"] = (forwarded && withoutPort(forwarded)) || direct;
    return;
  }
  for (const name of ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "forwarded"])
    delete headers[name];
  headers["x-real-ip"] = direct;
}
