"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useList } from "@/components/shared/use-list";
import { api, type Query } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type {
  ApiToken,
  AuditEntry,
  CreateApiToken,
  CreatedApiToken,
  CreatedInvitation,
  CreateInvitation,
  Invitation,
  Me,
  Member,
  OneTimeLink,
  Organization,
  Role,
  Session,
  UpdateMe,
  UpdateOrganization,
} from "@/lib/organizations/schema";

/** Everything here is announced as a change of the organization. */
const KEY = "organization";

export function useOrganization(initialData: Organization) {
  return useQuery({
    queryKey: [KEY, "settings"],
    queryFn: ({ signal }) => api.get<Organization>("/organization", { signal }),
    initialData,
  });
}

export function useUpdateOrganization() {
  return useChange((body: UpdateOrganization) => api.patch<Organization>("/organization", { body }));
}

export function useMembers() {
  return useList<Member>([KEY, "members"], "/members");
}

export function useChangeRole() {
  return useChange(({ id, role }: { id: string; role: Role }) => api.patch<Member>(`/members/${id}`, { body: { role } }));
}

export function useRemoveMember() {
  return useChange((id: string) => api.delete(`/members/${id}`));
}

export function usePasswordLink() {
  return useChange((id: string) => api.post<OneTimeLink>(`/members/${id}/password-link`));
}

export function useInvitations() {
  return useList<Invitation>([KEY, "invitations"], "/invitations");
}

export function useInvite() {
  return useChange((body: CreateInvitation) => api.post<CreatedInvitation>("/invitations", { body }));
}

export function useWithdrawInvitation() {
  return useChange((id: string) => api.delete(`/invitations/${id}`));
}

export function useTokens() {
  return useList<ApiToken>([KEY, "tokens"], "/tokens");
}

export function useCreateToken() {
  return useChange((body: CreateApiToken) => api.post<CreatedApiToken>("/tokens", { body }));
}

export function useRevokeToken() {
  return useChange((id: string) => api.delete(`/tokens/${id}`));
}

export function useAudit(query: Query, firstPage?: Page<AuditEntry>) {
  return useList<AuditEntry>([KEY, "audit"], "/audit", query, firstPage);
}

export function useSessions() {
  return useList<Session>([KEY, "sessions"], "/sessions", { limit: 100 });
}

export function useRevokeSession() {
  return useChange((id: string) => api.delete(`/sessions/${id}`));
}

export function useRevokeOtherSessions() {
  return useChange(() => api.post<{ revoked: number }>("/sessions/revoke-others"));
}

export function useUpdateMe() {
  return useChange((body: UpdateMe) => api.patch<Me>("/me", { body }));
}

function useChange<In, Out>(mutationFn: (input: In) => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queryClient.invalidateQueries({ queryKey: [KEY] }) });
}
