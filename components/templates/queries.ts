"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useHydrated } from "@/components/shared/use-hydrated";
import { api } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type { CreateTemplate, DeletedTemplates, DuplicateTemplate, SyncReport, Template } from "@/lib/templates/schema";

const PAGE_SIZE = 100;
/** Meta allows an account at most 6,000 templates; most have fewer than a page. */
const MOST_PAGES = 60;

/** Every template of the organization, by name and language: few enough to count and to search while typing. */
export function useTemplates({ initialData, enabled }: { initialData?: Template[]; enabled?: boolean } = {}) {
  const isHydrated = useHydrated();
  const query = useQuery({ queryKey: ["templates", "all"], queryFn: ({ signal }) => readAll(signal), initialData, enabled });
  return { ...query, data: isHydrated ? query.data : initialData };
}

async function readAll(signal: AbortSignal): Promise<Template[]> {
  const found: Template[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { data, nextCursor } = await api.get<Page<Template>>("/crm/whatsapp/templates", {
      query: { limit: PAGE_SIZE, cursor },
      signal,
    });
    found.push(...data);
    if (!nextCursor) break;
    cursor = nextCursor;
  }
  return found;
}

export function useTemplate(id: string, initialData?: Template) {
  return useQuery({
    queryKey: ["templates", "one", id],
    queryFn: ({ signal }) => api.get<Template>(`/crm/whatsapp/templates/${id}`, { signal }),
    initialData,
  });
}

export function useSyncTemplates() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.post<SyncReport>("/crm/whatsapp/templates/sync", { body: {} }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["templates"] }),
  });
}

type Written = { written: Omit<CreateTemplate, "submit" | "integrationId">; integrationId: string; submit: boolean };

/** Saves what was written: a new template, or with one what has changed of it. */
export function useSaveTemplate(template: Template | undefined) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ written, integrationId, submit }: Written) => {
      if (!template) return api.post<Template>("/crm/whatsapp/templates", { body: { ...written, integrationId, submit } });
      const { components, optOutButton, category } = written;
      const isAtMeta = template.metaId !== null;
      const changes = isAtMeta
        ? { components, optOutButton, ...(template.status !== "APPROVED" && { category }) }
        : { ...written, submit };
      return api.patch<Template>(`/crm/whatsapp/templates/${template.id}`, {
        body: { ...changes, updatedAt: template.updatedAt },
      });
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["templates"] }),
  });
}

export function useDuplicateTemplate(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: DuplicateTemplate) => api.post<Template>(`/crm/whatsapp/templates/${id}/duplicate`, { body }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["templates"] }),
  });
}

export function useRemoveTemplate(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (allLanguages: boolean) =>
      api.delete<DeletedTemplates>(`/crm/whatsapp/templates/${id}`, { query: { allLanguages } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["templates", "all"] }),
  });
}
