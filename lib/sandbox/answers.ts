import { type Refusal, refusal, refusalAnswer } from "./meta-error";
import type { SandboxSettings } from "./schema";
import type { AnswerForm } from "./store";

/** What goes back. `cut` stands in place of an answer: nothing is sent for ever, or the connection is closed. */
export type SandboxAnswer = {
  status: number;
  headers: Record<string, string>;
  text: string;
  bytes?: Uint8Array;
  delayMs: number;
  cut?: "close" | "hang";
};

export function ok(body: unknown): SandboxAnswer {
  return { status: 200, headers: jsonHeaders(), text: JSON.stringify(body), delayMs: 0 };
}

export function refuse(cause: Refusal): SandboxAnswer {
  const { status, body } = refusalAnswer(cause);
  const headers = jsonHeaders();
  if (status === 401) headers["www-authenticate"] = 'OAuth "Facebook Platform" "invalid_token" "Error validating access token"';
  return { status, headers, text: JSON.stringify(body), delayMs: 0 };
}

/** An answer in the form that a fault or magic number gives it. */
export function formed({ form, delayMs }: AnswerForm, settings: SandboxSettings, body: unknown): SandboxAnswer {
  const wait = delayMs + settings.latencyMs;
  if (form === "empty") return { status: 500, headers: {}, text: "", delayMs: wait };
  if (form === "html") {
    return {
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      text: '<!DOCTYPE html><html lang="en"><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>',
      delayMs: wait,
    };
  }
  if (form === "hang" || form === "close") return { status: 0, headers: {}, text: "", delayMs: wait, cut: form };
  return { ...ok(body), delayMs: wait };
}

function jsonHeaders(): Record<string, string> {
  return { "content-type": "application/json; charset=UTF-8", "cache-control": "private, no-cache, no-store, must-revalidate" };
}

export function expired(): Refusal {
  return {
    code: 190,
    subcode: 463,
    details: "Error validating access token: Session has expired. The current time is later than the time at which it ended.",
  };
}

export function tooFast(): Refusal {
  return refusal(
    130429,
    "Message failed to send because there were too many messages sent from this phone number in a short period of time.",
  );
}
