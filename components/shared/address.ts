"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";

type Changes = Readonly<Record<string, string | null>>;

/** What was set, until the router has heard of it: it tells the page later than a person types. */
let pending: { pathname: string; values: Changes } = { pathname: "", values: {} };
const listeners = new Set<() => void>();

function setPending(next: typeof pending): void {
  pending = next;
  for (const hear of listeners) hear();
}

function subscribe(hear: () => void): () => void {
  listeners.add(hear);
  return () => listeners.delete(hear);
}

/**
 * Values that stand in the address's query: null where there is none. Setting some leaves the others, asks nothing of the server and
 * makes no step back; null or "" takes a value out. `names` must be a constant outside the component.
 */
export function useAddress<N extends string>(
  names: readonly N[],
): [Record<N, string | null>, (changes: Partial<Record<N, string | null>>) => void] {
  const pathname = usePathname();
  const search = useSearchParams();
  const known = useSyncExternalStore(subscribe, readPending, readPending);
  const ahead = known.pathname === pathname ? known.values : NOTHING;

  useEffect(() => {
    const set = Object.entries(known.values);
    const left = set.filter(([name, value]) => search.get(name) !== value);
    if (known.pathname === pathname && known === pending && left.length < set.length) {
      setPending({ pathname, values: Object.fromEntries(left) });
    }
  }, [pathname, search, known]);

  const values = useMemo(
    () => Object.fromEntries(names.map((name) => [name, name in ahead ? ahead[name] : search.get(name)])),
    [names, ahead, search],
  ) as Record<N, string | null>;

  const change = useCallback(
    (changes: Partial<Record<N, string | null>>) => {
      const set = Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, (value as string | null) || null]));
      setPending({ pathname, values: { ...(pending.pathname === pathname ? pending.values : NOTHING), ...set } });
      const next = new URLSearchParams(window.location.search);
      for (const [name, value] of Object.entries(set)) {
        if (value === null) next.delete(name);
        else next.set(name, value);
      }
      // As one writes it: a comma needs no code in a query.
      const query = next.size > 0 ? `?${next}`.replaceAll("%2C", ",") : "";
      window.history.replaceState(null, "", `${window.location.pathname}${query}${window.location.hash}`);
    },
    [pathname],
  );

  return [values, change];
}

const NOTHING: Changes = {};

function readPending(): typeof pending {
  return pending;
}
