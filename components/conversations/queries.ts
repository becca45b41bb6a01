"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ListState, useList } from "@/components/shared/use-list";
import type {
  AssignConversation,
  Conversation,
  ConversationCounts,
  ConversationNote,
  LabelList,
  SavedReplyList,
  UpdateConversation,
} from "@/lib/conversations/schema";
import { api, ROWS_AT_ONCE } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Accepted, Message, SendMessage } from "@/lib/messages/schema";

export const CONVERSATION_FILTERS = ["unread", "integrationId", "state", "assignee", "labelId"] as const;
const LAST_WORDS = 3;

export function useConversations(state: ListState, firstPage?: Page<Conversation>) {
  const query = { search: state.q, ...state.filters, state: stateOf(state), limit: ROWS_AT_ONCE };
  return useList<Conversation>(["messages", "conversations"], "/crm/conversations", query, firstPage);
}

/** Open ones, unless somebody asks for others or looks for a person. */
function stateOf({ q, filters }: ListState): string {
  if (filters.state === "all") return "";
  return filters.state || (q ? "" : "open");
}

export function useConversationCounts({ filters: { integrationId, labelId } }: Pick<ListState, "filters">) {
  const query = { integrationId, labelId };
  return useQuery({
    queryKey: ["messages", "conversation-counts", query],
    queryFn: ({ signal }) => api.get<ConversationCounts>("/crm/conversations/counts", { query, signal }),
    placeholderData: keepPreviousData,
  });
}

/** Open conversations that somebody should read. */
export function useUnreadCount(): number {
  const { data } = useConversationCounts(EVERYTHING);
  return data?.unread ?? 0;
}

const EVERYTHING = { filters: {} };

/** An act on one conversation: what comes back is what is shown, and the lists are asked anew. */
export function useConversationAct<In>(id: string, act: (input: In) => Promise<Conversation>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (changed) => queryClient.setQueryData(["messages", "conversation", id], changed),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ["messages", "conversation", id] });
      void queryClient.invalidateQueries({ queryKey: ["messages", "conversations"] });
      void queryClient.invalidateQueries({ queryKey: ["messages", "conversation-counts"] });
    },
  });
}

export function useAssign(id: string) {
  return useConversationAct(id, (body: AssignConversation) =>
    api.post<Conversation>(`/crm/conversations/${id}/assign`, { body }),
  );
}

export function useUpdateConversation(id: string) {
  return useConversationAct(id, (body: UpdateConversation) => api.patch<Conversation>(`/crm/conversations/${id}`, { body }));
}

export function useSetLabels(id: string) {
  return useConversationAct(id, (labelIds: string[]) =>
    api.put<Conversation>(`/crm/conversations/${id}/labels`, { body: { labelIds } }),
  );
}

type Answer = { says: Pick<SendMessage, "message" | "media">; lastAnswerId: string | null; key: string };

/** Sends an answer, unless somebody else has answered since. */
export function useAnswer(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ says, lastAnswerId, key }: Answer) =>
      api.post<Accepted>(`/crm/conversations/${id}/messages`, {
        body: { ...says, lastAnswerId },
        headers: { "idempotency-key": key },
      }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }),
  });
}

export function useLabels() {
  return useQuery({
    queryKey: ["messages", "labels"],
    queryFn: ({ signal }) => api.get<LabelList>("/crm/labels", { signal }),
  });
}

export function useSavedReplies({ enabled = true } = {}) {
  return useQuery({
    enabled,
    queryKey: ["messages", "saved-replies"],
    queryFn: ({ signal }) => api.get<SavedReplyList>("/crm/saved-replies", { signal }),
  });
}

const NOTES = 100;

/** The newest first. */
export function useNotes(id: string) {
  return useQuery({
    queryKey: ["messages", "notes", id],
    queryFn: ({ signal }) =>
      api.get<Page<ConversationNote>>(`/crm/conversations/${id}/notes`, { query: { limit: NOTES }, signal }),
  });
}

export function useAddNote(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (text: string) => api.post<ConversationNote>(`/crm/conversations/${id}/notes`, { body: { text } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["messages", "notes", id] }),
  });
}

export function useRemoveNote(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (noteId: string) => api.delete(`/crm/conversations/${id}/notes/${noteId}`),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages", "notes", id] }),
  });
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
