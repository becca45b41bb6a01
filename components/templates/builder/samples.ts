"use client";

import { useSyncExternalStore } from "react";
import { ApiError, apiPath } from "@/lib/http/client";
import type { MediaFile } from "@/lib/media/schema";

/** A file that was chosen on this page: it can be shown until the page goes. */
type Sample = { name: string; url: string; type: MediaFile["type"] };

const samples = new Map<string, Sample>();
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSample(id: string): Sample | undefined {
  return useSyncExternalStore(
    subscribe,
    () => samples.get(id),
    () => undefined,
  );
}

/** Uploads a header's sample. Answers the id under which a template names it. Throws `ApiError`. */
export async function keepSample(file: File, integrationId: string): Promise<string> {
  const form = new FormData();
  form.append("integrationId", integrationId);
  form.append("file", file);
  const response = await fetch(apiPath("/media"), { method: "POST", body: form, credentials: "same-origin" }).catch(() => {
    throw new ApiError({ status: 0, code: "unreachable", message: "The server cannot be reached." });
  });
  const answer: unknown = await response.json().catch(() => ({}));
  if (!response.ok) {
    const { error = "internal_error", message = "" } = answer as { error?: string; message?: string };
    throw new ApiError({ status: response.status, code: error, message });
  }
  const { id, type } = answer as MediaFile;
  samples.set(id, { name: file.name, url: URL.createObjectURL(file), type });
  for (const listener of listeners) listener();
  return id;
}
