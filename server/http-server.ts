import "server-only";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createProbe, type Server as PortHolder, type Socket } from "node:net";
import { log } from "@/lib/log";
import { Problem } from "./problem";
import { sendResponse, toQuickRequest, toRequest } from "./web-request";

// Longer than what load balancers keep, so that they and not we decide when a connection ends.
const KEEP_ALIVE_MS = 65_000;
const DRAIN_WITHIN_MS = 20_000;

type NodeHandler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;
type Options = {
  port: number;
  /** Behind a proxy of ours, whose word on the client's address counts. */
  trustProxy: boolean;
  /** Answers what is under /api, except sign-in; without it everything is the pages'. */
  api?: (pathname: string, request: Request) => Promise<Response>;
  pages: NodeHandler;
};

/** Listens on `port` until the returned function is called, which lets what is in flight finish, at most 20 seconds. */
export async function listen({ port, trustProxy, api, pages }: Options): Promise<() => Promise<void>> {
  const streams = new Set<ServerResponse>();
  const sockets = new Set<Socket>();

  const server = createServer((req, res) => {
    noteClient(req, trustProxy);
    const pathname = pathOf(req.url ?? "");
    const origin = originOf(req, trustProxy);
    const work =
      !origin || !pathname ? refuse(res) : api && isApi(pathname) ? answer(api, pathname, origin, req, res) : pages(req, res);
    work.catch((error: unknown) => {
      log.error({ err: error }, "A request could not be answered");
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  });

  async function answer(
    respond: NonNullable<typeof api>,
    pathname: string,
    origin: string,
    req: IncomingMessage,
    res: ServerResponse,
  ) {
    const request = pathname.startsWith("/api/v1/") ? toQuickRequest(req, res, origin) : toRequest(req, res, origin);
    const response = await respond(pathname, request);
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      streams.add(res);
      res.once("close", () => streams.delete(res));
    }
    await sendResponse(req, res, response);
  }

  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  await bind(server, port);
  // Without an API of ours this is the development server: its browsers hold connections that never end.
  return () => drain(server, streams, sockets, api ? DRAIN_WITHIN_MS : 0);
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
    headers["x-real-ip"] = forwarded || direct;
    return;
  }
  for (const name of ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "forwarded"])
    delete headers[name];
  headers["x-real-ip"] = direct;
}

function pathOf(url: string): string | undefined {
  if (!url.startsWith("/")) return undefined;
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

function originOf(req: IncomingMessage, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy ? req.headers["x-forwarded-host"]?.toString() : undefined;
  const host = forwarded ?? req.headers.host ?? "localhost";
  if (!/^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i.test(host)) return undefined;
  const secure = trustProxy && req.headers["x-forwarded-proto"] === "https";
  return `${secure ? "https" : "http"}://${host}`;
}

function isApi(pathname: string): boolean {
  return pathname.startsWith("/api/") && !pathname.startsWith("/api/auth/");
}

async function refuse(res: ServerResponse): Promise<void> {
  res.writeHead(400, { connection: "close" }).end();
}
