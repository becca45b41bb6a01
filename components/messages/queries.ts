"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useHydrated } from "@/components/shared/use-hydrated";
import { type ListState, useList, useTotal } from "@/components/shared/use-list";
import { api, apiPath, type Query, ROWS_AT_ONCE } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { Integration } from "@/lib/integrations/schema";
import type { Diagnosis } from "@/lib/messages/diagnosis-schema";
import type { Accepted, Message, MessageDetail, SelectionResult } from "@/lib/messages/schema";

export const MESSAGE_FILTERS = ["status", "template", "integrationId", "from", "to"] as const;
const PATH = "/crm/whatsapp/messages";
const LAST_MESSAGES = 5;
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
export function exportHref(query: MessageQuery, sort: string): string {
  return `/api/v1${apiPath(`${PATH}/export`, { ...query, sort })}`;
}

export function useMessages(query: MessageQuery, sort: string, firstPage?: Page<Message>) {
  return useList<Message>(["messages", "list"], PATH, { ...query, sort, limit: ROWS_AT_ONCE }, firstPage);
}

export function useMessage(id: string, initialData?: MessageDetail, { enabled = true } = {}) {
  return useQuery({
    enabled,
    queryKey: ["messages", "one", id],
    queryFn: ({ signal }) => api.get<MessageDetail>(`/crm/whatsapp/messages/${id}`, { signal }),
    initialData,
  });
}

/** Looked into when somebody asks, each time anew. */
export function useDiagnosis(id: string, enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ["messages", "diagnosis", id],
    queryFn: ({ signal }) => api.get<Diagnosis>(`/crm/whatsapp/messages/${id}/diagnosis`, { signal }),
    staleTime: 0,
    gcTime: 0,
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

export type SelectionAct = "cancel" | "resend";
/** Messages by id, or all that match a filter. */
type Chosen = { ids: readonly string[] } | { filter: MessageQuery };

/** With how many of them it can be done, as far as can be said without trying. Asked when somebody is about to. */
export function useSelectionCount(act: SelectionAct, chosen: Chosen, enabled: boolean) {
  return useQuery({
    queryKey: ["selection", act, chosen],
    queryFn: ({ signal }) => workOn(act, chosen, { dryRun: true, signal }),
    enabled,
    staleTime: 0,
    gcTime: 0,
  });
}

export function useSelectionWork(act: SelectionAct) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (chosen: Chosen) => workOn(act, chosen, { dryRun: false }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }),
  });
}

const MOST_IDS = 1_000;

async function workOn(act: SelectionAct, chosen: Chosen, { dryRun, signal }: { dryRun: boolean; signal?: AbortSignal }) {
  const bodies = "ids" in chosen ? chunksOf(chosen.ids).map((ids) => ({ ids })) : [{ filter: withoutEmpty(chosen.filter) }];
  const sum: SelectionResult = { matched: 0, done: 0, refused: [] };
  for (const body of bodies) {
    const { matched, done, refused } = await api.post<SelectionResult>(`${PATH}/${act}`, { body: { ...body, dryRun }, signal });
    sum.matched += matched;
    sum.done += done;
    sum.refused.push(...refused);
  }
  return sum;
}

function chunksOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, i) => ids.slice(i * MOST_IDS, (i + 1) * MOST_IDS));
}

function withoutEmpty(filter: MessageQuery): MessageQuery {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
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
