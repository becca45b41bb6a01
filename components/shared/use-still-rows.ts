"use client";

import { useIsMutating } from "@tanstack/react-query";
import { useState } from "react";

/** The places of rows at the moment the pointer came among them, and what they showed then. */
export type Places<T> = { ids: string[]; last: Map<string, T> };

/**
 * Keeps rows in their places while the pointer is among them: values change where they stand, rows loaded at the end
 * are added, new ones at the top wait and are counted. A change of `scope` (search, filters) lets go, and so does whatever the
 * person changes: stillness is for what others do.
 */
export function useStillRows<T>(rows: T[], idOf: (row: T) => string, scope: string) {
  const [held, setHeld] = useState<{ scope: string; places: Places<T> } | null>(null);
  const isChanging = useIsMutating() > 0;
  if (isChanging && held) setHeld(null);
  const hold = () => setHeld({ scope, places: takePlaces(rows, idOf) });
  const release = () => setHeld(null);
  const still = held?.scope === scope && !isChanging ? keepPlaces(held.places, rows, idOf) : { rows, waiting: 0 };
  return { ...still, hold, release };
}
export function takePlaces<T>(rows: T[], idOf: (row: T) => string): Places<T> {
  return { ids: rows.map(idOf), last: new Map(rows.map((row) => [idOf(row), row])) };
}

export function keepPlaces<T>({ ids, last }: Places<T>, rows: T[], idOf: (row: T) => string): { rows: T[]; waiting: number } {
  const latest = new Map(rows.map((row) => [idOf(row), row]));
  const isNew = (row: T) => !last.has(idOf(row));
  const lastKnown = rows.findLastIndex((row) => !isNew(row));
  const kept = ids.flatMap((id) => latest.get(id) ?? last.get(id) ?? []);
  const appended = lastKnown === -1 ? [] : rows.slice(lastKnown + 1).filter(isNew);
  return { rows: [...kept, ...appended], waiting: rows.filter(isNew).length - appended.length };
}
