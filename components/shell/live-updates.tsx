"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { checkLine, onLine, presentLine } from "./line";

/** A change is shown this soon; while they keep coming, what is shown is asked for anew at most so often. */
const GATHER_MS = 200;
const AT_MOST_EVERY_MS = 1000;
/** What takes long to answer is left alone for twice as long, within reason. */
const REST = 2;
const LONGEST_REST_MS = 15_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;

/** Listens to `/api/live` and marks the named nouns stale; all of them once the line is there again. */
export function LiveUpdates() {
  const queryClient = useQueryClient();

  useEffect(() => {
    let source: EventSource | undefined;
    let retryTimer: ReturnType<typeof setTimeout> | undefined;
    let gatherTimer: ReturnType<typeof setTimeout> | undefined;
    let waitMs = FIRST_WAIT_MS;
    let isOver = false;
    let restUntil = 0;
    const gathered = new Set<string>();

    async function flush() {
      const nouns = [...gathered];
      gathered.clear();
      const from = performance.now();
      await Promise.all(nouns.map((noun) => queryClient.invalidateQueries({ queryKey: [noun] })));
      const now = performance.now();
      restUntil = Math.max(from + AT_MOST_EVERY_MS, now + Math.min(LONGEST_REST_MS, REST * (now - from)));
      gatherTimer = undefined;
      plan();
    }

    function plan() {
      if (isOver || gathered.size === 0) return;
      gatherTimer ??= setTimeout(() => void flush(), Math.max(GATHER_MS, restUntil - performance.now()));
    }

    function hear(event: MessageEvent<string>) {
      for (const topic of topicsOf(event.data)) gathered.add(topic);
      plan();
    }

    function connect() {
      source = new EventSource("/api/live");
      source.onopen = () => {
        waitMs = FIRST_WAIT_MS;
        // What changed between the reading of the page and now was told to nobody.
        void queryClient.invalidateQueries();
      };
      source.onmessage = hear;
      source.onerror = () => {
        source?.close();
        // Something before the server may not let it through: then only this line is down.
        void checkLine();
        retryTimer = setTimeout(connect, waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      };
    }

    let before = presentLine().state;
    const stopHearing = onLine(() => {
      const { state } = presentLine();
      if (state === "up" && before !== "up") {
        void queryClient.invalidateQueries();
        if (source?.readyState === EventSource.CLOSED) {
          clearTimeout(retryTimer);
          connect();
        }
      }
      before = state;
    });
    const ask = () => void checkLine();
    window.addEventListener("online", ask);
    window.addEventListener("offline", ask);

    connect();
    return () => {
      isOver = true;
      source?.close();
      stopHearing();
      window.removeEventListener("online", ask);
      window.removeEventListener("offline", ask);
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
