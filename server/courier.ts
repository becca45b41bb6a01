import { parentPort } from "node:worker_threads";
import { serveSender } from "@/lib/dispatch/sender";
import { httpTransport } from "@/lib/whatsapp/transport";

// The thread from which messages leave; bundled beside the server.
if (parentPort) serveSender(parentPort, httpTransport().send);
