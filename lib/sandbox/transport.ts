import "server-only";
import { Readable } from "node:stream";
import type { Db } from "@/db/client";
import { env } from "@/lib/env";
import type { Download } from "@/lib/whatsapp/download";
import { type Transport, TransportError } from "@/lib/whatsapp/transport";
import type { SandboxAnswer } from "./answers";
import { createSandboxGraph } from "./graph";
import { verifyCallback } from "./post-webhook";
import { PostgresStore } from "./postgres-store";

/** How long the caller of a stand-in that never answers waits; the HTTP transport waits as long. */
const TIMEOUT_MS = 20_000;
/** The same when delays are switched off. */
const TIMEOUT_AT_ONCE_MS = 250;

/** Carries Graph requests of one sandbox integration to the built-in stand-in, within the process. */
export function sandboxTransport(db: Db, integrationId: string): Transport {
  const { SANDBOX_SPEED: speed } = env();
  const graph = graphOf(db, integrationId);
  const timeoutMs = speed === 0 ? TIMEOUT_AT_ONCE_MS : TIMEOUT_MS;
  return async (request) => {
    if (request.signal?.aborted) throw new TransportError("ABORTED", false);
    request.onStart?.();
    const answer = await graph.handle(request);
    await arrival(answer, timeoutMs, request.signal);
    return { status: answer.status, headers: answer.headers, text: answer.text };
  };
}

/** The same for the bytes of a file. */
export function sandboxDownload(db: Db, integrationId: string): Download {
  const graph = graphOf(db, integrationId);
  return async ({ url, headers }) => {
    const { status, headers: given, bytes } = await graph.handle({ method: "GET", url, headers });
    return { status, headers: given, body: Readable.from(bytes?.length ? [bytes] : []) };
  };
}

function graphOf(db: Db, integrationId: string) {
  return createSandboxGraph(new PostgresStore(db, integrationId), { speed: env().SANDBOX_SPEED, verifyCallback });
}

/** Ends when the answer is there, as a network would bring it; throws when it never comes. */
async function arrival(answer: SandboxAnswer, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (answer.cut === "close") throw new TransportError("UND_ERR_SOCKET", true);
  const never = answer.cut === "hang" || answer.delayMs > timeoutMs;
  const waitMs = never ? timeoutMs : answer.delayMs;
  if (waitMs > 0) await pause(waitMs, signal);
  if (never) throw new TransportError("TIMEOUT", true);
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(new TransportError("ABORTED", true));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}
