"use client";

import { type ReactNode, useMemo, useSyncExternalStore } from "react";

/** A column of a table: its name, what it holds, and how that is drawn. */
export type ColumnDef<T> = {
  id: string;
  /** Its value, for the CSV; without it the field of the row that has the column's id. */
  accessorFn?: (row: T) => unknown;
  accessorKey?: keyof T & string;
  cell: (context: { row: { original: T } }) => ReactNode;
  meta: {
    /** The column's name in the heading, the columns menu, the card and the CSV. */
    label: string;
    align?: "right";
    /** Width and other classes of its cells: "w-40". */
    className?: string;
    /** Its place on a phone's card: `body` is a line without a label; the rest are lines with one. */
    card?: "title" | "aside" | "body" | "hidden";
    /** Its text in the CSV; without it the accessor's value. `false` leaves it out. */
    csv?: ((row: T) => string | number | null | undefined) | false;
    /** Off until the person asks for it in the columns menu. */
    hidden?: boolean;
    /** The API's word for sorting by it; the heading then sorts. `first` is the direction of the first press. */
    sort?: { by: string; first: "ascending" | "descending" };
  };
};

type Visibility = Record<string, boolean>;

/** Which columns are shown: the table's own choice, then what the person chose in this browser. */
export function useColumnChoice<T>(name: string, columns: readonly ColumnDef<T>[]) {
  const key = `columns:${name}`;
  const stored = useSyncExternalStore(
    listenToChoices,
    () => window.localStorage.getItem(key) ?? "{}",
    () => "{}",
  );
  return useMemo(() => {
    const choice = parseChoice(stored);
    const isShown = (column: ColumnDef<T>) => choice[column.id] ?? !column.meta.hidden;
    return {
      shown: columns.filter(isShown),
      isChosen: Object.keys(choice).length > 0,
      choose: (id: string, visible: boolean) => {
        window.localStorage.setItem(key, JSON.stringify({ ...choice, [id]: visible }));
        for (const listener of choiceListeners) listener();
      },
    };
  }, [columns, stored, key]);
}

const choiceListeners = new Set<() => void>();

function listenToChoices(listener: () => void): () => void {
  choiceListeners.add(listener);
  return () => choiceListeners.delete(listener);
}

function parseChoice(stored: string): Visibility {
  try {
    return JSON.parse(stored) as Visibility;
  } catch {
    return {};
  }
}

/** The rows as a table of plain values, by the columns that are shown. */
export function csvOf<T>(rows: readonly T[], columns: readonly ColumnDef<T>[]): { fields: string[]; data: unknown[][] } {
  const taken = columns.filter((column) => column.meta.csv !== false);
  return {
    fields: taken.map((column) => column.meta.label),
    data: rows.map((row) => taken.map((column) => cellText(row, column))),
  };
}

function cellText<T>(row: T, { accessorFn, accessorKey, meta }: ColumnDef<T>): unknown {
  if (meta.csv) return meta.csv(row);
  return accessorFn ? accessorFn(row) : accessorKey ? row[accessorKey] : undefined;
}
