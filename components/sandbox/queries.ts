"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/http/client";
import type {
  ReplyFromPhone,
  SandboxChat,
  SandboxChatList,
  SandboxControl,
  SandboxMessage,
  SandboxPhone,
  SetPhonePresence,
  UpdateSandboxSettings,
} from "@/lib/sandbox/schema";

/** Live updates tell of changes; the clock is for when that line is down. */
const FALLBACK_MS = 10_000;
const SOONEST_MS = 250;

export function useChats(integrationId: string) {
  return useQuery({
    queryKey: ["sandbox", integrationId, "chats"],
    queryFn: ({ signal }) => api.get<SandboxChatList>(`/sandbox/${integrationId}/chats`, { signal }),
    refetchInterval: FALLBACK_MS,
  });
}

/** Asked again at the very moment when the next tick is due. */
export function useChat(integrationId: string, phone: string) {
  return useQuery({
    queryKey: ["sandbox", integrationId, "chat", phone],
    queryFn: ({ signal }) => api.get<SandboxChat>(`/sandbox/${integrationId}/chats/${encodeURIComponent(phone)}`, { signal }),
    refetchInterval: ({ state }) => {
      const next = state.data?.nextChangeAt;
      return next ? Math.min(FALLBACK_MS, Math.max(SOONEST_MS, Date.parse(next) - Date.now())) : FALLBACK_MS;
    },
  });
}

export function useReply(integrationId: string) {
  const refresh = useRefresh(integrationId);
  return useMutation({
    mutationFn: (body: ReplyFromPhone) => api.post<SandboxMessage>(`/sandbox/${integrationId}/replies`, { body }),
    onSettled: refresh,
  });
}

/** Shown at once and taken back if it fails. */
export function useSetPresence(integrationId: string) {
  const queryClient = useQueryClient();
  const refresh = useRefresh(integrationId);
  return useMutation({
    mutationFn: (body: SetPhonePresence) => api.patch<SandboxPhone>(`/sandbox/${integrationId}/phones`, { body }),
    onMutate: ({ phone, ...changes }) => {
      queryClient.setQueryData<SandboxChat>(["sandbox", integrationId, "chat", phone], (chat) => chat && { ...chat, ...changes });
    },
    onSettled: refresh,
  });
}

export function useSandboxSettings(integrationId: string) {
  return useQuery({
    queryKey: ["sandbox", integrationId, "settings"],
    queryFn: ({ signal }) => api.get<SandboxControl>(`/sandbox/${integrationId}/settings`, { signal }),
  });
}

/** Shown at once and taken back if it fails. */
export function useUpdateSandbox(integrationId: string) {
  const queryClient = useQueryClient();
  const refresh = useRefresh(integrationId);
  return useMutation({
    mutationFn: (body: UpdateSandboxSettings) => api.patch<SandboxControl>(`/sandbox/${integrationId}/settings`, { body }),
    onMutate: (changes) => {
      queryClient.setQueryData<SandboxControl>(
        ["sandbox", integrationId, "settings"],
        (control) => control && { ...control, settings: { ...control.settings, ...changes } },
      );
    },
    onSettled: refresh,
  });
}

function useRefresh(integrationId: string) {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ["sandbox", integrationId] });
}
