"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ListState, useList } from "@/components/shared/use-list";
import type { Conversation } from "@/lib/conversations/schema";
import { api, ROWS_AT_ONCE } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Message } from "@/lib/messages/schema";

export const CONVERSATION_FILTERS = ["unread", "integrationId"] as const;
const LAST_WORDS = 3;

export function useConversations(state: ListState, firstPage?: Page<Conversation>) {
  const query = { search: state.q, ...state.filters, limit: ROWS_AT_ONCE };
  return useList<Conversation>(["messages", "conversations"], "/crm/conversations", query, firstPage);
}

export function useConversation(id: string, initialData?: Conversation) {
  return useQuery({
    queryKey: ["messages", "conversation", id],
    queryFn: ({ signal }) => api.get<Conversation>(`/crm/conversations/${id}`, { signal }),
    initialData,
  });
}

/** Its messages in both directions, newest first. */
export function useThread(id: string, firstPage?: Page<Message>) {
  return useList<Message>(["messages", "thread", id], `/crm/conversations/${id}/messages`, { limit: ROWS_AT_ONCE }, firstPage);
}

export function useMarkRead(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<Conversation>(`/crm/conversations/${id}/read`),
    onSuccess: (read) => queryClient.setQueryData(["messages", "conversation", id], read),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages", "conversations"] }),
  });
}

/** What a person wrote last, to whichever number, newest first. */
export function useLastWords(contactId: string) {
  return useQuery({
    queryKey: ["messages", "last-words", contactId],
    queryFn: ({ signal }) =>
      api.get<Page<Message>>("/crm/whatsapp/messages", {
        query: { contactId, direction: "incoming", limit: LAST_WORDS },
        signal,
      }),
  });
}
