"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { useList } from "@/components/shared/use-list";
import { ApiError, api } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type {
  CreateIntegration,
  DoctorReport,
  Integration,
  IntegrationHealth,
  UpdateIntegration,
  WebhookValues,
} from "@/lib/integrations/schema";

const HEALTH_MS = 15_000;

export function useIntegrations(firstPage?: Page<Integration>) {
  return useList<Integration>(["integrations", "list"], "/integrations", {}, firstPage);
}

export function useIntegration(id: string, initialData?: Integration) {
  return useQuery({
    queryKey: ["integrations", id],
    queryFn: ({ signal }) => api.get<Integration>(`/integrations/${id}`, { signal }),
    initialData,
  });
}

/** Under messages, which change it most. The pace moves without any event, so it is also asked for by the clock. */
export function useIntegrationHealth(id: string) {
  return useQuery({
    queryKey: ["messages", "health", id],
    queryFn: ({ signal }) => api.get<IntegrationHealth>(`/integrations/${id}/health`, { signal }),
    refetchInterval: HEALTH_MS,
  });
}

export function useCreateIntegration() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: z.input<typeof CreateIntegration>) => api.post<Integration>("/integrations", { body }),
    onSuccess: refresh,
  });
}

export function useUpdateIntegration(id: string) {
  const queryClient = useQueryClient();
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: UpdateIntegration) => api.patch<Integration>(`/integrations/${id}`, { body }),
    onSuccess: (updated) => queryClient.setQueryData(["integrations", id], updated),
    onSettled: refresh,
  });
}

export function useTestIntegration() {
  const refresh = useRefresh();
  return useMutation({ mutationFn: (id: string) => api.post<DoctorReport>(`/integrations/${id}/test`), onSettled: refresh });
}

export function useSubscribeIntegration(id: string) {
  const refresh = useRefresh();
  return useMutation({ mutationFn: () => api.post<DoctorReport>(`/integrations/${id}/subscribe`), onSettled: refresh });
}

/** Only the list is read again: the page of what is gone is left in the same moment. */
export function useRemoveIntegration(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ force }: { force: boolean }) => api.delete(`/integrations/${id}`, { query: { force } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["integrations", "list"] }),
  });
}

/** The verify token is a secret: asked for only when the person wants to see it. */
export function useWebhookValues(id: string, enabled: boolean) {
  return useQuery({
    queryKey: ["integrations", id, "webhook-values"],
    queryFn: ({ signal }) => api.get<WebhookValues>(`/integrations/${id}/webhook-values`, { signal }),
    enabled,
    gcTime: 0,
  });
}

function useRefresh() {
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries({ queryKey: ["integrations"] });
    void queryClient.invalidateQueries({ queryKey: ["messages", "health"] });
  };
}

/** The form is flat, the API's body is not: `config.appSecret` belongs under the field `appSecret`. */
export function withFlatPaths(error: unknown): unknown {
  if (!(error instanceof ApiError) || !Array.isArray(error.details)) return error;
  const { status, code, message, requestId } = error;
  return new ApiError({ status, code, message, requestId, details: error.details.map(flatten) });
}

function flatten(detail: unknown): unknown {
  if (typeof detail !== "object" || detail === null || !("path" in detail)) return detail;
  const path = Array.isArray(detail.path) ? detail.path.join(".") : String(detail.path);
  return { ...detail, path: path === "apiSecret" ? "phoneNumberId" : path.replace(/^config\./, "") };
}
