"use client";

import { useSyncExternalStore } from "react";
import { ApiError, api } from "@/lib/http/client";
import type { Me } from "@/lib/organizations/schema";

/** Asked again this soon while nothing answers. */
const ASK_AGAIN_MS = 2000;

type Line = {
  /** `lost`: nothing answers. `signed_out`: the server answers, and knows nobody by our cookie. */
  state: "up" | "lost" | "signed_out";
  /** Somebody had tried to change something when it turned out that the session is over. */
  wasChanging: boolean;
  /** Where the person wanted to go meanwhile. */
  held: (() => void) | null;
};

const UP: Line = { state: "up", wasChanging: false, held: null };

let line = UP;
let asking: Promise<void> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function set(next: Line): void {
  line = next;
  for (const hear of listeners) hear();
}

/** Calls back whenever the line changes. */
export function onLine(hear: () => void): () => void {
  listeners.add(hear);
  return () => listeners.delete(hear);
}

export function presentLine(): Line {
  return line;
}

export function useLine(): Line {
  return useSyncExternalStore(onLine, presentLine, () => UP);
}

/** What a failed request says of the line. Pages only have to show their own failure. */
export function hearFailure(error: unknown, wasChanging: boolean): void {
  if (!(error instanceof ApiError)) return;
  if (error.status === 401) set({ ...line, state: "signed_out", wasChanging: line.wasChanging || wasChanging });
  else if (isSilence(error)) void checkLine();
}

/** Nobody answered, or only what stands before the server. */
function isSilence({ status }: ApiError): boolean {
  return status === 0 || status === 502 || status === 503 || status === 504;
}

/** Asks the server for as little as possible, and goes on asking while it does not answer. */
export function checkLine(): Promise<void> {
  clearTimeout(timer);
  asking ??= ask().finally(() => {
    asking = undefined;
    if (line.state === "lost") timer = setTimeout(() => void checkLine(), ASK_AGAIN_MS);
  });
  return asking;
}

async function ask(): Promise<void> {
  try {
    await api.get<Me>("/me");
    if (line.state !== "up") comeBack();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) set({ ...line, state: "signed_out" });
    else if (error instanceof ApiError && isSilence(error)) set({ ...line, state: "lost" });
    else if (line.state === "lost") comeBack();
  }
}

function comeBack(): void {
  const { held } = line;
  set(UP);
  held?.();
}

/** Goes there now or, while nothing answers, when the line is back: an address asked for now would end on the browser's own error page. */
export function leaveWhenPossible(leave: () => void): void {
  if (line.state === "lost") set({ ...line, held: leave });
  else leave();
}

/** The person looks at the page first; whatever is asked next says again that the session is over. */
export function forgetSignedOut(): void {
  if (line.state === "signed_out") set(UP);
}
