"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

const GATHER_MS = 200;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/**
 * Listens to `/api/live` and marks the named nouns stale. Says nothing when the line is down: lists still refresh when
 * the window is looked at again, and all of them once the line is back.
 */
export function LiveUpdates() {
  const queryClient = useQueryClient();

  useEffect(() => {
    let source: EventSource | undefined;
    let retryTimer: ReturnType<typeof setTimeout> | undefined;
    let gatherTimer: ReturnType<typeof setTimeout> | undefined;
    let waitMs = FIRST_WAIT_MS;
    let wasDown = false;
    const gathered = new Set<string>();

    function flush() {
      gatherTimer = undefined;
      for (const noun of gathered) void queryClient.invalidateQueries({ queryKey: [noun] });
      gathered.clear();
    }

    function hear(event: MessageEvent<string>) {
      for (const topic of topicsOf(event.data)) gathered.add(topic);
      gatherTimer ??= setTimeout(flush, GATHER_MS);
    }

    function connect() {
      source = new EventSource("/api/live");
      source.onopen = () => {
        waitMs = FIRST_WAIT_MS;
        if (wasDown) void queryClient.invalidateQueries();
        wasDown = false;
      };
      source.onmessage = hear;
      source.onerror = () => {
        wasDown = true;
        source?.close();
        retryTimer = setTimeout(connect, waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      };
    }

    connect();
    return () => {
      source?.close();
      clearTimeout(retryTimer);
      clearTimeout(gatherTimer);
    };
  }, [queryClient]);

  return null;
}

function topicsOf(data: string): string[] {
  try {
    const { topics } = JSON.parse(data) as { topics?: unknown };
    return Array.isArray(topics) ? topics.filter((topic) => typeof topic === "string") : [];
  } catch {
    return [];
  }
}
