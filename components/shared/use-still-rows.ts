"use client";

import { useState } from "react";

type Held<T> = { scope: string; ids: string[]; last: Map<string, T> };

/**
 * Keeps rows in their places while the pointer is among them: values change where they stand, rows loaded at the end
 * are added, new ones at the top wait and are counted. A change of `scope` (search, filters) lets go.
 */
export function useStillRows<T>(rows: T[], idOf: (row: T) => string, scope: string) {
  const [held, setHeld] = useState<Held<T> | null>(null);
  const current = held?.scope === scope ? held : null;
  const hold = () => setHeld({ scope, ids: rows.map(idOf), last: new Map(rows.map((row) => [idOf(row), row])) });
  const release = () => setHeld(null);
  if (!current) return { rows, waiting: 0, hold, release };

  const latest = new Map(rows.map((row) => [idOf(row), row]));
  const known = new Set(current.ids);
  const kept = current.ids.flatMap((id) => latest.get(id) ?? current.last.get(id) ?? []);
  const lastKnown = rows.findLastIndex((row) => known.has(idOf(row)));
  const fresh = (row: T) => !known.has(idOf(row));
  const appended = rows.slice(lastKnown + 1).filter(fresh);
  const waiting = rows.slice(0, lastKnown + 1).filter(fresh).length;
  return { rows: [...kept, ...appended], waiting, hold, release };
}
