"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { CreateLabel, CreateSavedReply, Label, SavedReply, UpdateSavedReply } from "@/lib/conversations/schema";
import { api } from "@/lib/http/client";

export function useCreateLabel() {
  return useInboxChange((body: CreateLabel) => api.post<Label>("/crm/labels", { body }));
}

export function useRemoveLabel() {
  return useInboxChange((id: string) => api.delete(`/crm/labels/${id}`));
}

export function useSaveReply() {
  return useInboxChange(({ id, ...body }: { id: string | null } & CreateSavedReply & Pick<UpdateSavedReply, "updatedAt">) =>
    id === null
      ? api.post<SavedReply>("/crm/saved-replies", { body })
      : api.patch<SavedReply>(`/crm/saved-replies/${id}`, { body }),
  );
}

export function useRemoveReply() {
  return useInboxChange((id: string) => api.delete(`/crm/saved-replies/${id}`));
}

/** Everything of the inbox is announced as a change of its messages. */
function useInboxChange<In, Out>(mutationFn: (input: In) => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queryClient.invalidateQueries({ queryKey: ["messages"] }) });
}
