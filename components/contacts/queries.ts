"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ListState, useList, useTotal } from "@/components/shared/use-list";
import type { ConsentEntry, ConsentLedger, Contact, CreateContact, RecordConsent, UpdateContact } from "@/lib/contacts/schema";
import { api, apiPath, ROWS_AT_ONCE } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import { readE164 } from "@/lib/phone-format";
import type { PreferenceLink } from "@/lib/preferences/schema";

export const CONTACT_FILTERS = ["consent"] as const;
const LEDGER_ENTRIES = 100;
const SUGGESTIONS = 6;

export function useContacts(state: ListState, firstPage?: Page<Contact>) {
  return useList<Contact>(
    ["contacts", "list"],
    "/crm/contacts",
    { search: state.q, ...state.filters, sort: state.sort, limit: ROWS_AT_ONCE },
    firstPage,
  );
}

/** How many contacts match. */
export function useContactTotal(state: ListState) {
  return useTotal(["contacts", "count"], "/crm/contacts/count", { search: state.q, ...state.filters });
}

/** Every contact that matches, as a CSV file. */
export function exportHref(state: ListState): string {
  return `/api/v1${apiPath("/crm/contacts/export", { search: state.q, ...state.filters, sort: state.sort })}`;
}

export function useContact(id: string, initialData?: Contact, { enabled = true } = {}) {
  return useQuery({
    enabled,
    queryKey: ["contacts", "one", id],
    queryFn: ({ signal }) => readContact(id, signal),
    initialData,
  });
}

export function readContact(id: string, signal?: AbortSignal): Promise<Contact> {
  return api.get<Contact>(`/crm/contacts/${id}`, { signal });
}

/** The address of the person's own page; kept as long as the page is, since it never changes. */
export function usePreferenceLink(contactId: string, { enabled = true } = {}) {
  return useQuery({
    enabled,
    queryKey: ["preference-link", contactId],
    queryFn: ({ signal }) => api.get<PreferenceLink>(`/crm/contacts/${contactId}/preference-link`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useLedger(contactId: string) {
  return useQuery({
    queryKey: ["contacts", "ledger", contactId],
    queryFn: ({ signal }) =>
      api.get<ConsentLedger>(`/crm/contacts/${contactId}/consents`, { query: { limit: LEDGER_ENTRIES }, signal }),
  });
}

/** Contacts whose name has the text in it, or whose number it is. */
export function useContactSearch(text: string, enabled = true) {
  const search = text.trim();
  return useQuery({
    queryKey: ["contacts", "search", search],
    queryFn: ({ signal }) => api.get<Page<Contact>>("/crm/contacts", { query: { search, limit: SUGGESTIONS }, signal }),
    enabled: enabled && search.length > 1,
  });
}

/** The contact with exactly this number; null when there is none. */
export function useContactByNumber(phoneNumber: string | null) {
  return useQuery({
    queryKey: ["contacts", "number", phoneNumber],
    queryFn: async ({ signal }) => {
      const page = await api.get<Page<Contact>>("/crm/contacts", { query: { search: phoneNumber, limit: SUGGESTIONS }, signal });
      return page.data.find((contact) => contact.phoneNumber === phoneNumber) ?? null;
    },
    enabled: phoneNumber !== null && readE164(phoneNumber) !== null,
  });
}

export function useCreateContact() {
  return useContactChange((body: CreateContact) => api.post<Contact>("/crm/contacts", { body }));
}

export function useUpdateContact(id: string) {
  return useContactChange((body: UpdateContact) => api.patch<Contact>(`/crm/contacts/${id}`, { body }));
}

export function useRecordConsent() {
  return useContactChange((body: RecordConsent) => api.post<ConsentEntry>("/crm/consents", { body }));
}

function useContactChange<In, Out>(mutationFn: (body: In) => Promise<Out>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["contacts"] }),
  });
}
