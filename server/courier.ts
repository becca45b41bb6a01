import { parentPort } from "node:worker_threads";
import { serveCourier } from "@/lib/messages/courier";
import { httpTransport } from "@/lib/whatsapp/transport";

// The thread from which messages leave; bundled beside the server.
if (parentPort) serveCourier(parentPort, httpTransport().send);
