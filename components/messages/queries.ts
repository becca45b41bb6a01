"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useHydrated } from "@/components/shared/use-hydrated";
import { type ListState, useList, useTotal } from "@/components/shared/use-list";
import { ApiError, api, apiPath, type Query, ROWS_AT_ONCE } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Integration } from "@/lib/integrations/schema";
import type { Accepted, Message, MessageDetail } from "@/lib/messages/schema";

export const MESSAGE_FILTERS = ["status", "template", "integrationId", "from", "to"] as const;
const PATH = "/crm/whatsapp/messages";
const LAST_MESSAGES = 5;
const MOST_AT_ONCE = 100;
const MOST_INTEGRATIONS = 100;

/** What the list asks the API for. */
type MessageQuery = Query;

export function messageQuery(filters: ListState["filters"], search: string): MessageQuery {
  return { ...filters, search };
}

/** How many messages match. */
export function useMessageTotal(query: MessageQuery) {
  return useTotal(["messages", "count"], `${PATH}/count`, query);
}

/** Everything that matches, as a CSV file. */
export function exportHref(query: MessageQuery): string {
  return `/api/v1${apiPath(`${PATH}/export`, query)}`;
}

export function useMessages(query: MessageQuery, firstPage?: Page<Message>) {
  return useList<Message>(["messages", "list"], PATH, { ...query, limit: ROWS_AT_ONCE }, firstPage);
}

/** The ids of everything that matches at this moment, however much that is. */
export function useMatchingIds(query: MessageQuery, enabled: boolean) {
  return useQuery({
    queryKey: ["message-ids", query],
    queryFn: async ({ signal }) => {
      const ids: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await api.get<Page<Message>>(PATH, { query: { ...query, limit: MOST_AT_ONCE, cursor }, signal });
        ids.push(...page.data.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      return ids;
    },
    enabled,
    staleTime: 0,
    gcTime: 0,
  });
}

export function useMessage(id: string, initialData?: MessageDetail, { enabled = true } = {}) {
  return useQuery({
    enabled,
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

/** Lets it leave now, whatever the business hours say; the gate is asked again. */
export function useSendNow(id: string) {
  return useMessageChange(() => api.post<MessageDetail>(`/crm/whatsapp/messages/${id}/send-now`));
}

/** Sends it once more, as a new message. */
export function useResendMessage(id: string) {
  return useMessageChange(() => api.post<Accepted>(`/crm/whatsapp/messages/${id}/resend`));
}

/** How many of several messages were changed, and how many could not be. */
export type ManyDone = { done: number; refused: number };

export function useCancelMany() {
  return useManyChange((id) => api.post(`/crm/whatsapp/messages/${id}/cancel`));
}

export function useResendMany() {
  return useManyChange((id) => api.post(`/crm/whatsapp/messages/${id}/resend`));
}

const AT_ONCE = 4;

/** Changes messages one by one, a few at a time; those whose state does not allow it are counted, any other failure ends it. */
function useManyChange(change: (id: string) => Promise<unknown>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (ids: readonly string[]): Promise<ManyDone> => {
      const result = { done: 0, refused: 0 };
      const rest = [...ids];
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
            try {
              await change(id);
              result.done += 1;
            } catch (error) {
              if (!(error instanceof ApiError) || error.status === 0 || error.status === 401 || error.status >= 500) throw error;
              result.refused += 1;
            }
          }
        }),
      );
      return result;
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }),
  });
}

function useMessageChange<Out>(mutationFn: () => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }) });
}

/** The organization's integrations: a handful, so they are read at once. */
export function useAllIntegrations({ enabled = true } = {}) {
  const isHydrated = useHydrated();
  const query = useQuery({
    enabled,
    queryKey: ["integrations", "all"],
    queryFn: async ({ signal }) =>
      (await api.get<Page<Integration>>("/integrations", { query: { limit: MOST_INTEGRATIONS }, signal })).data,
  });
  return { ...query, data: isHydrated ? query.data : undefined };
}

/** The name of an integration, for lists that hold its id. */
export function useIntegrationNames(): (id: string) => string {
  const { data } = useAllIntegrations();
  return useCallback((id) => data?.find((integration) => integration.id === id)?.name ?? id, [data]);
}
