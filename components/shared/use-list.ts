"use client";

import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  type QueryKey,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { api, type Query } from "@/lib/http/client";
import type { Page } from "@/lib/http/paging";
import { useAddress } from "./address";
import { isShownPage, leavePage, type PagesInSight, renewPage, sightOf, wasLeft } from "./live-pages";

export type ListState = {
  /** The search text, in the address as `q`. */
  q: string;
  /** Filters by name; "" when not set, several values joined by commas. */
  filters: Record<string, string>;
  /** What the address asks for and does not exist; it is left out of `filters`. */
  unknown: { name: string; value: string }[];
  /** The API's word, with `-` before it for descending; "" for the list's own order. */
  sort: string;
  setQ: (q: string) => void;
  setFilter: (name: string, value: string) => void;
  setSort: (sort: string) => void;
  clear: () => void;
  /** True when anything narrows the list. */
  active: boolean;
};

/** Says of a filter's value whether it exists. */
export type KnownValues = Record<string, (value: string) => boolean>;

const NO_RULES: KnownValues = {};

/** Search, filters and order of a list, kept in the address. `names` and `known` must be constants outside the component. */
export function useListState(names: readonly string[] = [], known: KnownValues = NO_RULES): ListState {
  const all = useMemo(() => ["q", "sort", ...names], [names]);
  const [values, setValues] = useAddress(all);
  return useMemo(() => {
    const q = values.q ?? "";
    const sort = values.sort ?? "";
    const given = names.map((name): [string, string] => [name, values[name] ?? ""]);
    const unknown: ListState["unknown"] = [];
    const filters: Record<string, string> = {};
    for (const [name, text] of given) {
      const isKnown = (value: string) => value !== "" && (known[name]?.(value) ?? true);
      const parts = text === "" ? [] : text.split(",");
      filters[name] = parts.filter(isKnown).join(",");
      unknown.push(...parts.filter((part) => !isKnown(part)).map((value) => ({ name, value })));
    }
    return {
      q,
      filters,
      unknown,
      sort: known.sort?.(sort) === false ? "" : sort,
      setQ: (q) => setValues({ q }),
      setFilter: (name, value) => setValues({ [name]: value }),
      setSort: (sort) => setValues({ sort }),
      clear: () => setValues(Object.fromEntries(["q", ...names].map((name) => [name, null]))),
      active: q !== "" || given.some(([, text]) => text !== ""),
    };
  }, [values, setValues, names, known]);
}

/**
 * A list of the API, page after page. The key's first word is the noun, so that live updates find it. Asked anew, it reads the first
 * page and those in sight; the others stay as they were until they come into sight.
 * `firstPage` is what the server page read; it is used only for the query it was read with.
 */
export function useList<T extends { id: string }>(key: QueryKey, path: string, query: Query = {}, firstPage?: Page<T>) {
  const [firstQuery] = useState(() => JSON.stringify(query));
  const isFirst = JSON.stringify(query) === firstQuery;
  const sight = useRef<PagesInSight>({ first: 0, last: 0 });
  const queryKey = [...key, query];
  const list = useInfiniteQuery({
    queryKey,
    queryFn: async ({ pageParam, signal, client }) => {
      const known = knownPage<T>(client, queryKey, pageParam);
      if (known && !isShownPage(known.index, sight.current)) return leavePage(known.page);
      const fresh = await api.get<Page<T>>(path, { query: { ...query, cursor: pageParam }, signal });
      return known ? renewPage(known.page, fresh, known.isLast) : fresh;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    initialData: firstPage && isFirst ? { pages: [firstPage], pageParams: [undefined] } : undefined,
  });
  const { data, refetch, isFetching } = list;
  const onSight = useCallback(
    (firstRow: number, lastRow: number) => {
      sight.current = sightOf(data?.pages ?? [], firstRow, lastRow);
      const isOld = data?.pages.some((page, index) => isShownPage(index, sight.current) && wasLeft(page));
      if (isOld && !isFetching) void refetch();
    },
    [data, refetch, isFetching],
  );
  return { ...list, onSight };
}

function knownPage<T>(client: QueryClient, key: QueryKey, cursor: string | undefined) {
  const data = client.getQueryData<InfiniteData<Page<T>, string | undefined>>(key);
  const index = data?.pageParams.indexOf(cursor) ?? -1;
  const page = data?.pages[index];
  return page ? { page, index, isLast: index === (data?.pages.length ?? 0) - 1 } : undefined;
}

export type Total = { count: number; isExact: boolean };

/** How many there are of what the query asks for. */
export function useTotal(key: QueryKey, path: string, query: Query) {
  return useQuery({
    queryKey: [...key, query],
    queryFn: ({ signal }) => api.get<Total>(path, { query, signal }),
    placeholderData: keepPreviousData,
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
  /** Told which rows can be seen, so that only their pages are read anew. */
  onSight?: (firstRow: number, lastRow: number) => void;
};
