"use client";

import { type RefObject, useEffect, useRef } from "react";
import type { ListQuery } from "./use-list";

/** The next rows are fetched when the end of the list is this near. */
const NEAR = "800px";

/** Fetches the next page when the element with this ref comes near the sight. */
export function useNearEnd<T extends HTMLElement>(
  query: Pick<ListQuery<unknown>, "hasNextPage" | "isFetching" | "isError" | "fetchNextPage">,
): RefObject<T | null> {
  const end = useRef<T>(null);
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const isReady = hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (!isReady || !end.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchNextPage(), { rootMargin: NEAR });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [isReady, fetchNextPage]);
  return end;
}
