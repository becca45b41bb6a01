"use client";

import { type InfiniteData, keepPreviousData, type QueryKey, useInfiniteQuery } from "@tanstack/react-query";
import { parseAsString, useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { api, type Query } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";

export type ListState = {
  /** The search text, in the address as `q`. */
  q: string;
  /** Filters by name; "" when not set, several values joined by commas. */
  filters: Record<string, string>;
  setQ: (q: string) => void;
  setFilter: (name: string, value: string) => void;
  clear: () => void;
  /** True when anything narrows the list. */
  active: boolean;
};

/** Search and filters of a list, kept in the address. `names` must be a constant outside the component. */
export function useListState(names: readonly string[] = []): ListState {
  const parsers = useMemo(
    () => Object.fromEntries(["q", ...names].map((name) => [name, parseAsString.withDefault("")])),
    [names],
  );
  const [values, setValues] = useQueryStates(parsers, { history: "replace", throttleMs: 150 });
  return useMemo(() => {
    const { q = "", ...filters } = values;
    return {
      q,
      filters,
      setQ: (next) => void setValues({ q: next || null }),
      setFilter: (name, value) => void setValues({ [name]: value || null }),
      clear: () => void setValues(null),
      active: Object.values(values).some(Boolean),
    };
  }, [values, setValues]);
}

/**
 * A list of the API, page after page. The key's first word is the noun, so that live updates find it.
 * `firstPage` is what the server page read; it is used only for the query it was read with.
 */
export function useList<T>(key: QueryKey, path: string, query: Query = {}, firstPage?: Page<T>) {
  const [firstQuery] = useState(() => JSON.stringify(query));
  const isFirst = JSON.stringify(query) === firstQuery;
  return useInfiniteQuery({
    queryKey: [...key, query],
    queryFn: ({ pageParam, signal }) => api.get<Page<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    initialData: firstPage && isFirst ? { pages: [firstPage], pageParams: [undefined] } : undefined,
  });
}

export type ListQuery<T> = {
  data: InfiniteData<Page<T>> | undefined;
  isPending: boolean;
  isFetching: boolean;
  isError: boolean;
  isPlaceholderData: boolean;
  error: unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
  refetch: () => unknown;
};
