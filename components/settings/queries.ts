"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useList } from "@/components/shared/use-list";
import type { ProveSecondFactor, RecoveryCodes, SignIn } from "@/lib/auth/schema";
import type { ShownConsentSettings, UpdateConsentSettings } from "@/lib/contacts/settings-schema";
import { api, type Query } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import type {
  ApiToken,
  ApiTokenWithDelegations,
  AuditEntry,
  CreateApiToken,
  CreatedApiToken,
  CreatedInvitation,
  CreateInvitation,
  Delegations,
  Invitation,
  Me,
  Member,
  OneTimeLink,
  Organization,
  Role,
  Session,
  TokenFate,
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

export function useConsentSettings(initialData: ShownConsentSettings) {
  return useQuery({
    queryKey: [KEY, "consent-settings"],
    queryFn: ({ signal }) => api.get<ShownConsentSettings>("/crm/consent-settings", { signal }),
    initialData,
  });
}

export function useUpdateConsentSettings() {
  return useChange((body: UpdateConsentSettings) => api.patch<ShownConsentSettings>("/crm/consent-settings", { body }));
}

export function useMembers() {
  return useList<Member>([KEY, "members"], "/members");
}

export function useChangeRole() {
  return useChange(({ id, ...body }: { id: string; role: Role; tokens?: TokenFate; updatedAt: string }) =>
    api.patch<Member>(`/members/${id}`, { body }),
  );
}

export function useRemoveMember() {
  return useChange(({ id, tokens }: { id: string; tokens?: TokenFate }) => api.delete(`/members/${id}`, { query: { tokens } }));
}

/** What ends with the member's authority, asked of the server each time the question opens. */
export function useDelegations(id: string, role?: Role) {
  return useQuery({
    queryKey: [KEY, "delegations", id, role],
    queryFn: ({ signal }) => api.get<Delegations>(`/members/${id}/delegations`, { query: { role }, signal }),
    gcTime: 0,
    staleTime: 0,
  });
}

export function useResetSecondFactor() {
  return useChange((id: string) => api.delete(`/members/${id}/second-factor`));
}

export function usePasswordLink() {
  return useChange((id: string) => api.post<OneTimeLink>(`/members/${id}/password-link`));
}

export function useUndoMerge() {
  return useChange((mergeId: string) => api.post(`/crm/contacts/merges/${mergeId}/undo`));
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
  return useChange(({ id, tokens }: { id: string; tokens?: TokenFate }) => api.delete(`/tokens/${id}`, { query: { tokens } }));
}

/** The token as it stands at this moment: when it was last used, and what ends with it. */
export function useToken(id: string) {
  return useQuery({
    queryKey: [KEY, "tokens", id],
    queryFn: ({ signal }) => api.get<ApiTokenWithDelegations>(`/tokens/${id}`, { signal }),
    gcTime: 0,
    staleTime: 0,
  });
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

export function useSignIns() {
  return useList<SignIn>([KEY, "sign-ins"], "/me/sign-ins", { limit: 10 });
}

export function useMe() {
  return useQuery({ queryKey: [KEY, "me"], queryFn: ({ signal }) => api.get<Me>("/me", { signal }) });
}

export function useRemoveSecondFactor() {
  return useChange((body: ProveSecondFactor) => api.post("/me/second-factor/remove", { body }));
}

export function useRenewRecoveryCodes() {
  return useChange((body: ProveSecondFactor) => api.post<RecoveryCodes>("/me/second-factor/recovery-codes", { body }));
}

export function useUpdateMe() {
  return useChange((body: UpdateMe) => api.patch<Me>("/me", { body }));
}

function useChange<In, Out>(mutationFn: (input: In) => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({ mutationFn, onSettled: () => queryClient.invalidateQueries({ queryKey: [KEY] }) });
}
