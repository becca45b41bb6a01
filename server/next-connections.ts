import "server-only";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import { hangUp } from "./web-request";

/** As our own server: longer than proxies and clients keep a connection that they mean to use again. */
const KEEP_ALIVE_MS = 65_000;
const SWEEP_MS = 200;
const LEAVE_WITHIN_MS = 20_000;

/**
 * Gives the connections of plain Next the manners of our own server's. Next closes one after five idle seconds, under the hands of
 * whoever is about to use it again, and keeps one whose body it refused. On SIGTERM it answers what it has and ends when its last
 * connection has; a stranger who keeps one must not keep the process.
 */
export function keepNextConnections(): void {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  subscribe("net.server.socket", (message) => {
    const { socket } = message as { socket: Socket };
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const meet = (message: unknown) => {
    server = (message as { server: Server }).server;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    unsubscribe("http.server.request.start", meet);
  };
  subscribe("http.server.request.start", meet);
  subscribe("http.server.response.finish", (message) => {
    // Next destroys a request whose body it refused, and its connection is then no longer found there.
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    hangUp(request, socket);
  });
  process.prependOnceListener("SIGTERM", () => {
    setInterval(() => {
      server?.closeIdleConnections();
      // What never asked for anything is not idle to Node.
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    }, SWEEP_MS).unref();
    setTimeout(() => process.exit(143), LEAVE_WITHIN_MS).unref();
  });
}
