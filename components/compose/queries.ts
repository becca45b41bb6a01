"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "@/lib/http/client";
import type { CheckResult } from "@/lib/messages/reasons";
import type { Accepted, SendMessage } from "@/lib/messages/schema";

/** Stands in for the text that is not written yet, so that the gate can already speak about the recipient. */
export const NOT_WRITTEN = "…";

const TYPING_MS = 300;
const RECHECK_MS = 60_000;
/** A check that failed is tried again this soon, until it works. */
const RETRY_MS = 5_000;

/**
 * Everything that stands against the message as it is being written. Asked again when contacts change (an opt-in was recorded,
 * the person wrote) and every minute, because windows close and opening hours come.
 */
export function useCheck(body: SendMessage | null) {
  const asked = useSettled(body);
  const query = useQuery({
    queryKey: ["contacts", "check", asked],
    queryFn: ({ signal }) => api.post<CheckResult>("/crm/whatsapp/check", { body: asked, signal }),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.status === "error" ? RETRY_MS : RECHECK_MS),
    refetchOnReconnect: "always",
    staleTime: 0,
  });
  const isBehind = JSON.stringify(asked) !== JSON.stringify(body);
  return { ...query, isBehind: body !== null && (isBehind || query.isPlaceholderData || query.isPending) };
}

/** The value once it has stood still for a moment. */
function useSettled<T>(value: T): T {
  const text = JSON.stringify(value);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return JSON.parse(settled) as T;
}

export function useSend() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { body: SendMessage; key: string }) =>
      api.post<Accepted>("/crm/whatsapp/send", { body, headers: { "idempotency-key": key } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }),
  });
}

/** Names one press of the button, so that a second try after a broken connection sends nothing twice. */
export function newIdempotencyKey(): string {
  return `console-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
