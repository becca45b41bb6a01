"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { type ListState, useList } from "@/components/shared/use-list";
import { api, ROWS_AT_ONCE } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Integration } from "@/lib/integrations/schema";
import type { Accepted, Message, MessageDetail } from "@/lib/messages/schema";

export const MESSAGE_FILTERS = ["status", "template", "integrationId", "from", "to"] as const;
const LAST_MESSAGES = 5;
const MOST_INTEGRATIONS = 100;

/** `phoneNumber` is a whole number in E.164, or null when none is asked for. */
export function useMessages(state: ListState, phoneNumber: string | null, firstPage?: Page<Message>) {
  return useList<Message>(
    ["messages", "list"],
    "/crm/whatsapp/messages",
    { ...state.filters, phoneNumber, limit: ROWS_AT_ONCE },
    firstPage,
  );
}

export function useMessage(id: string, initialData?: MessageDetail) {
  return useQuery({
    queryKey: ["messages", "one", id],
    queryFn: ({ signal }) => api.get<MessageDetail>(`/crm/whatsapp/messages/${id}`, { signal }),
    initialData,
  });
}

export function useContactMessages(contactId: string) {
  return useQuery({
    queryKey: ["messages", "contact", contactId],
    queryFn: ({ signal }) =>
      api.get<Page<Message>>("/crm/whatsapp/messages", { query: { contactId, limit: LAST_MESSAGES }, signal }),
  });
}

export function useCancelMessage(id: string) {
  return useMessageChange(() => api.post<MessageDetail>(`/crm/whatsapp/messages/${id}/cancel`));
}

/** Sends it once more, as a new message. */
export function useResendMessage(id: string) {
  return useMessageChange(() => api.post<Accepted>(`/crm/whatsapp/messages/${id}/resend`));
}

function useMessageChange<Out>(mutationFn: () => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }) });
}

/** The organization's integrations: a handful, so they are read at once. */
export function useAllIntegrations() {
  return useQuery({
    queryKey: ["integrations", "all"],
    queryFn: async ({ signal }) =>
      (await api.get<Page<Integration>>("/integrations", { query: { limit: MOST_INTEGRATIONS }, signal })).data,
  });
}

/** The name of an integration, for lists that hold its id. */
export function useIntegrationNames(): (id: string) => string {
  const { data } = useAllIntegrations();
  return useCallback((id) => data?.find((integration) => integration.id === id)?.name ?? id, [data]);
}
