import { Agent } from "undici";
import { signature } from "./bodies";

const TIMEOUT_MS = 10_000;
const CONNECTIONS = 64;

let agent: Agent | undefined;

/** Posts one signed body as Meta does. Null when it was answered 200, else why not. */
export async function postWebhook(url: string, body: string, appSecret: string): Promise<string | null> {
  agent ??= new Agent({
    connections: CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS },
  });
  const target = new URL(url);
  try {
    const answer = await agent.request({
      origin: target.origin,
      path: target.pathname + target.search,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "facebookexternalua",
        "x-hub-signature-256": signature(appSecret, body),
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body.dump();
    return answer.statusCode === 200 ? null : `HTTP ${answer.statusCode}`;
  } catch (error) {
    return error instanceof Error ? ("code" in error && typeof error.code === "string" && error.code) || error.name : "unknown";
  }
}

/** Meta's handshake: the address proves that it knows the verify token by answering with the challenge. */
export async function verifyCallback(url: string, verifyToken: string): Promise<boolean> {
  const challenge = String(Math.floor(Math.random() * 1_000_000_000));
  const target = new URL(url);
  target.searchParams.set("hub.mode", "subscribe");
  target.searchParams.set("hub.verify_token", verifyToken);
  target.searchParams.set("hub.challenge", challenge);
  try {
    const answer = await fetch(target, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: "error" });
    return answer.status === 200 && (await answer.text()) === challenge;
  } catch {
    return false;
  }
}

/** Closes the connections that are kept for the next webhook. */
export async function closeWebhookConnections(): Promise<void> {
  const closing = agent;
  agent = undefined;
  await closing?.close();
}

const RETRY_CAP_MS = 10 * 60 * 1000;

/** Meta gives up after seven days. */
export const WEBHOOK_LIFE_MS = 7 * 24 * 60 * 60 * 1000;

/** How long to wait after so many attempts that were not answered 200: 1 s, 2 s, 4 s … 10 minutes. */
export function webhookRetryMs(attempts: number): number {
  return Math.min(1000 * 2 ** Math.max(0, Math.min(attempts - 1, 20)), RETRY_CAP_MS);
}
