import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedDatabase, startEmbedded } from "@/server/embedded";
import { pause } from "./harness";

export type BenchDatabase = {
  /** Stays the same when the server restarts. */
  url: string;
  /** Stops the server, cutting every connection, and starts it again after `awayMs`; meanwhile nothing answers. */
  restart(awayMs: number): Promise<void>;
  stop(): Promise<void>;
};

/** A PostgreSQL that belongs to no installation, so that several processes can share it and survive each other. */
export async function startDatabase(port: number): Promise<BenchDatabase> {
  const dir = await mkdtemp(join(tmpdir(), "console-bench-db-"));
  const start = () =>
    startEmbedded({ dir: join(dir, "postgres"), passwordFile: join(dir, "password"), logFile: join(dir, "postgres.log") });
  let server: EmbeddedDatabase | undefined = await start();
  const address = new URL(server.url);
  address.port = String(port);

  // The server takes a free port at each start; this door keeps its number.
  const sockets = new Set<Socket>();
  const door = createServer((client) => {
    if (!server) return void client.destroy();
    const upstream = connect(Number(new URL(server.url).port), "127.0.0.1");
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((done, fail) => door.once("error", fail).listen(port, "127.0.0.1", done));

  return {
    url: address.href,
    async restart(awayMs) {
      const old = server;
      server = undefined;
      await old?.stop();
      await pause(awayMs);
      server = await start();
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => door.close(done));
      await server?.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
