"use client";

import { useIsMutating, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/http/client";
import type { Accepted } from "@/lib/messages/schema";
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

/** Asked again at the very moment when the next tick is due; not while a change is on its way, which it would seem to take back. */
export function useChat(integrationId: string, phone: string) {
  const isChanging = useIsMutating({ mutationKey: ["sandbox", integrationId, "presence"] }) > 0;
  return useQuery({
    enabled: !isChanging,
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
    mutationKey: ["sandbox", integrationId, "presence"],
    mutationFn: (body: SetPhonePresence) => api.patch<SandboxPhone>(`/sandbox/${integrationId}/phones`, { body }),
    onMutate: async ({ phone, ...changes }) => {
      await queryClient.cancelQueries({ queryKey: ["sandbox", integrationId, "chat", phone] });
      queryClient.setQueryData<SandboxChat>(["sandbox", integrationId, "chat", phone], (chat) => chat && { ...chat, ...changes });
    },
    onSettled: refresh,
  });
}

export function useSandboxSettings(integrationId: string) {
  const isChanging = useIsMutating({ mutationKey: ["sandbox", integrationId, "change"] }) > 0;
  return useQuery({
    enabled: !isChanging,
    queryKey: ["sandbox", integrationId, "settings"],
    queryFn: ({ signal }) => api.get<SandboxControl>(`/sandbox/${integrationId}/settings`, { signal }),
  });
}

/** Shown at once and taken back if it fails. */
export function useUpdateSandbox(integrationId: string) {
  const queryClient = useQueryClient();
  const refresh = useRefresh(integrationId);
  return useMutation({
    mutationKey: ["sandbox", integrationId, "change"],
    mutationFn: (body: UpdateSandboxSettings) => api.patch<SandboxControl>(`/sandbox/${integrationId}/settings`, { body }),
    onMutate: async (changes) => {
      await queryClient.cancelQueries({ queryKey: ["sandbox", integrationId, "settings"] });
      queryClient.setQueryData<SandboxControl>(
        ["sandbox", integrationId, "settings"],
        (control) => control && { ...control, settings: { ...control.settings, ...changes } },
      );
    },
    onSettled: refresh,
  });
}

/** Templates that every sandbox account has. */
const ORDER = { template: "order_confirmation", templateParams: { orderNumber: "ORD-12345", customerName: "John Doe" } };
const OFFER = { template: "weekend_offer", templateParams: { customerName: "John Doe", discount: "20%", code: "WEEKEND20" } };

type MagicMessage = { phone: string; isMarketing: boolean; wording: string };

/** The guide's template, or an offer, to one of the sandbox's own numbers, with the opt-in that it needs. */
export function useSendToMagic(integrationId: string) {
  const refresh = useRefresh(integrationId);
  return useMutation({
    mutationFn: async ({ phone: phoneNumber, isMarketing, wording }: MagicMessage) => {
      const to = { integrationId, phoneNumber };
      if (!isMarketing) return api.post<Accepted>("/setup/test-message", { body: { ...to, ...ORDER, wording } });
      await api.post("/crm/consents", {
        body: { phoneNumber, status: "opted_in", purpose: "marketing", source: "sandbox", wording },
      });
      return api.post<Accepted>("/crm/whatsapp/send", { body: { ...to, ...OFFER } });
    },
    onSettled: refresh,
  });
}

function useRefresh(integrationId: string) {
  const queryClient = useQueryClient();
  // Not awaited: a change counts as done when the server has it, not when everything was read again.
  return () => void queryClient.invalidateQueries({ queryKey: ["sandbox", integrationId] });
}
