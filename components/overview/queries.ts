"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/http/client";
import type { Overview } from "@/lib/insights/schema";
import type { Integration } from "@/lib/integrations/schema";

const REFRESH_MS = 30_000;

/** Under messages, which change it most; numbers and pace also move by themselves. */
export function useOverview(initialData?: Overview) {
  return useQuery({
    queryKey: ["messages", "overview"],
    queryFn: ({ signal }) => api.get<Overview>("/overview", { signal }),
    initialData,
    refetchInterval: REFRESH_MS,
  });
}

export function useResume(integrationId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => api.patch<Integration>(`/integrations/${integrationId}`, { body: { paused: false } }),
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ["messages", "overview"] });
      void queryClient.invalidateQueries({ queryKey: ["integrations"] });
    },
  });
}
