import "server-only";
import * as webhook from "@/app/api/v1/crm/whatsapp/webhook/route";
import { openDatabase } from "@/lib/ctx";
import { env } from "@/lib/env";
import { createApiRouter } from "@/server/api-router";
import { listen } from "@/server/http-server";
import { startLocalEngine } from "./local";

// The engine and Meta's door as a process of its own, for tests that kill it. Says so when it is ready.
await openDatabase();
const api = createApiRouter([{ path: "/api/v1/crm/whatsapp/webhook", handlers: { ...webhook } }]);
await listen({ port: env().PORT, trustProxy: false, api, pages: async (_, res) => void res.writeHead(404).end() });
await startLocalEngine();
process.stdout.write("ready\n");
