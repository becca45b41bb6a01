"use client";

import { useQuery } from "@tanstack/react-query";
import { useAllIntegrations } from "@/components/messages/queries";
import { useTemplates } from "@/components/templates/queries";
import type { Contact } from "@/lib/contacts/schema";
import { api } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import { foldText } from "@/lib/i18n/fold";
import type { Integration } from "@/lib/integrations/schema";
import type { Message } from "@/lib/messages/schema";
import type { Template } from "@/lib/templates/schema";
import { useCan } from "./session";

const ITEMS_PER_NOUN = 5;

export function useContactSearch(search: string, allowed: boolean) {
  return useQuery({
    queryKey: ["contacts", "palette", search],
    queryFn: ({ signal }) => api.get<Page<Contact>>("/crm/contacts", { query: { search, limit: ITEMS_PER_NOUN }, signal }),
    enabled: allowed && search.length >= 2,
    retry: false,
  });
}

export function useMessageSearch(search: string, allowed: boolean) {
  return useQuery({
    queryKey: ["messages", "palette", search],
    queryFn: ({ signal }) =>
      api.get<Page<Message>>("/crm/whatsapp/messages", { query: { search, limit: ITEMS_PER_NOUN }, signal }),
    enabled: allowed && search.length >= 2,
    retry: false,
  });
}

/** Few enough to be all at hand. */
export function useTemplateSearch(search: string): Template[] {
  const can = useCan();
  const { data = [] } = useTemplates({ enabled: can("templates:read") && search.length >= 2 });
  return search.length < 2 ? [] : data.filter(({ name }) => answersTo(name, search) > 0).slice(0, ITEMS_PER_NOUN);
}

export function useIntegrationSearch(search: string): Integration[] {
  const can = useCan();
  const { data = [] } = useAllIntegrations({ enabled: can("integrations:read") });
  return search.length < 2 ? [] : data.filter(({ name }) => answersTo(name, search) > 0).slice(0, ITEMS_PER_NOUN);
}

const FOUND = "found ";

/** The value of an item that was found for what is typed: it answers to it, whatever its words are. */
export function found(id: string): string {
  return FOUND + id;
}

/** How well something answers to what was typed, whatever the capitals and marks: from its beginning, somewhere, or by all its words. */
export function answersTo(value: string, search: string, keywords: string[] = []): number {
  if (value.startsWith(FOUND)) return 1;
  const wanted = foldText(search.trim());
  const names = [value, ...keywords].map(foldText);
  if (names.some((name) => name.startsWith(wanted))) return 1;
  if (names.some((name) => name.includes(wanted))) return 0.8;
  const words = wanted.split(/\s+/);
  return words.every((word) => names.some((name) => name.includes(word))) ? 0.5 : 0;
}
