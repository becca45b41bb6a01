"use client";

import { type ColumnDef, flexRender, getCoreRowModel, type RowData, useReactTable } from "@tanstack/react-table";
import { Columns3, Download, LoaderCircle, SearchX } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type ReactNode, useMemo, useSyncExternalStore } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { Skeleton } from "@/components/ui/skeleton";
import { downloadCsv } from "./csv";
import { EmptyState } from "./empty-state";
import { ErrorNote } from "./error-note";
import { type TableFilter, TableFilters } from "./table-filters";
import type { ListQuery, ListState } from "./use-list";
import { useStillRows } from "./use-still-rows";

declare module "@tanstack/react-table" {
  interface ColumnMeta<TData extends RowData, TValue> {
    /** The column's name in the heading, the columns menu, the card and the CSV. */
    label: string;
    align?: "right";
    /** Width and other classes of its cells: "w-40". */
    className?: string;
    /** Its place on a phone's card: `body` is a line without a label; the rest are lines with one. */
    card?: "title" | "aside" | "body" | "hidden";
    /** Its text in the CSV; without it the accessor's value. `false` leaves it out. */
    csv?: ((row: TData, value: TValue) => string | number | null | undefined) | false;
    /** Off until the person asks for it in the columns menu. */
    hidden?: boolean;
  }
}

type DataTableProps<T> = {
  /** Names the table for those who hear it, and the CSV file. */
  label: string;
  /** Remembers the chosen columns in this browser: "messages". */
  name: string;
  columns: ColumnDef<T>[];
  query: ListQuery<T>;
  rowId: (row: T) => string;
  /** Where a row leads; the cell of the `title` column (else the first) carries the link. */
  rowHref?: (row: T) => string;
  /** From `useListState`; without it there is neither search nor filter. */
  state?: ListState;
  searchPlaceholder?: string;
  filters?: readonly TableFilter[];
  /** Filters of another kind than a choice of words, such as a range of dates. */
  moreFilters?: ReactNode;
  /** Shown when there is nothing and nothing narrows the list. */
  empty: ReactNode;
  /** Shown when the search or the filters leave nothing, instead of the usual words. */
  nothingFound?: ReactNode;
  /** More controls at the end of the toolbar. */
  actions?: ReactNode;
  /** Height of rows: 40 px, compact 32. */
  compact?: boolean;
};

const SKELETON_ROWS = 10;

export function DataTable<T>(props: DataTableProps<T>) {
  const { label, name, columns, query, rowId, rowHref, state, searchPlaceholder, filters, moreFilters, empty, actions, compact } =
    props;
  const { nothingFound } = props;
  const t = useTranslations("shared.table");
  const loaded = query.data?.pages.flatMap((page) => page.data) ?? [];
  const { rows: data, waiting, hold, release } = useStillRows(loaded, rowId, JSON.stringify([state?.q, state?.filters]));
  const [columnVisibility, setColumnVisibility] = useColumns(name, columns);
  const table = useReactTable({
    data,
    columns,
    state: { columnVisibility },
    getRowId: rowId,
    getCoreRowModel: getCoreRowModel(),
    manualFiltering: true,
    manualPagination: true,
    manualSorting: true,
    enableSorting: false,
  });
  const shown = table.getVisibleLeafColumns();
  const linkColumn = (shown.find((column) => column.columnDef.meta?.card === "title") ?? shown[0])?.id;
  const hasNothing = !query.isPending && data.length === 0 && !state?.active;
  const failedAtOnce = query.isError && loaded.length === 0;
  const rowHeight = compact ? "md:h-8" : "md:h-10";

  return (
    <div className="grid min-w-0 gap-3">
      {hasNothing && !actions ? null : (
        <div className="flex items-start gap-2 max-md:items-end">
          {state ? (
            <TableFilters state={state} searchPlaceholder={searchPlaceholder} filters={filters}>
              {moreFilters}
            </TableFilters>
          ) : null}
          <div className="ml-auto flex min-h-8 items-center gap-2">
            {query.isFetching && !query.isPending ? (
              <LoaderCircle className="size-4 animate-spin text-muted" aria-hidden />
            ) : null}
            {actions}
            <ColumnsMenu
              columns={table.getAllLeafColumns().map((column) => ({
                id: column.id,
                label: column.columnDef.meta?.label ?? column.id,
                visible: column.getIsVisible(),
              }))}
              onChange={(id, visible) => setColumnVisibility({ ...columnVisibility, [id]: visible })}
            />
            <Button
              size="icon"
              aria-label={t("exportLoaded", { count: data.length })}
              title={t("exportLoaded", { count: data.length })}
              disabled={data.length === 0}
              onClick={() =>
                void downloadCsv(
                  name,
                  csvOf(
                    table.getRowModel().rows.map((row) => row.original),
                    shown,
                  ),
                )
              }
            >
              <Download aria-hidden />
            </Button>
          </div>
        </div>
      )}

      {query.isError && !failedAtOnce ? (
        <ErrorNote title={t("notUpdated")} error={query.error} onRetry={() => query.refetch()} />
      ) : null}

      <div className="relative overflow-clip rounded-lg border bg-surface-raised">
        {waiting > 0 ? (
          <div className="-translate-x-1/2 absolute top-9 left-1/2 z-20">
            <Button size="sm" variant="primary" className="rounded-full px-3" onClick={release}>
              {t("newRows", { count: waiting })}
            </Button>
          </div>
        ) : null}
        {failedAtOnce ? (
          <div className="p-4">
            <ErrorNote title={t("failed")} error={query.error} onRetry={() => query.refetch()} />
          </div>
        ) : query.isPending ? (
          <LoadingRows label={t("loading")} columns={shown.length} rowHeight={rowHeight} />
        ) : data.length === 0 ? (
          state?.active ? (
            (nothingFound ?? (
              <EmptyState
                icon={SearchX}
                title={t("nothingFound")}
                action={<Button onClick={state.clear}>{t("clearFilters")}</Button>}
              />
            ))
          ) : (
            empty
          )
        ) : (
          <div className="overflow-x-auto">
            {/* Below 768 px rows are drawn as cards; explicit roles keep them a table for those who hear it. */}
            <table
              // biome-ignore lint/a11y/noRedundantRoles: `display: grid` takes the roles away.
              role="table"
              aria-label={label}
              aria-busy={query.isPlaceholderData || undefined}
              onPointerEnter={hold}
              onPointerLeave={release}
              className={cn(
                "w-full border-collapse text-left text-sm transition-opacity max-md:block",
                query.isPlaceholderData && "opacity-60",
              )}
            >
              <thead
                // biome-ignore lint/a11y/noRedundantRoles: as above.
                role="rowgroup"
                className="border-b bg-surface text-muted text-xs max-md:sr-only"
              >
                {table.getHeaderGroups().map((group) => (
                  // biome-ignore lint/a11y/noRedundantRoles: as above.
                  <tr key={group.id} role="row">
                    {group.headers.map((header) => (
                      <th
                        key={header.id}
                        // biome-ignore lint/a11y/noRedundantRoles: as above.
                        role="columnheader"
                        scope="col"
                        className={cn(
                          "h-8 whitespace-nowrap px-3 font-medium first:pl-4 last:pr-4",
                          header.column.columnDef.meta?.align === "right" && "text-right",
                          header.column.columnDef.meta?.className,
                        )}
                      >
                        {header.column.columnDef.meta?.label}
                      </th>
                    ))}
                  </tr>
                ))}
              </thead>
              <tbody
                // biome-ignore lint/a11y/noRedundantRoles: as above.
                role="rowgroup"
                className="max-md:block"
              >
                {table.getRowModel().rows.map((row) => (
                  <tr
                    key={row.id}
                    // biome-ignore lint/a11y/noRedundantRoles: as above.
                    role="row"
                    className={cn(
                      "relative border-b last:border-0 max-md:grid max-md:grid-cols-[minmax(0,1fr)_auto] max-md:gap-x-3 max-md:gap-y-1 max-md:px-4 max-md:py-3",
                      rowHeight,
                      rowHref && "hover:bg-surface",
                    )}
                  >
                    {row.getVisibleCells().map((cell) => {
                      const meta = cell.column.columnDef.meta;
                      const content = flexRender(cell.column.columnDef.cell, cell.getContext());
                      return (
                        <td
                          key={cell.id}
                          // biome-ignore lint/a11y/noRedundantRoles: as above.
                          role="cell"
                          className={cn(
                            "px-3 py-1 first:pl-4 last:pr-4 max-md:p-0 max-md:first:pl-0 max-md:last:pr-0",
                            meta?.align === "right" && "md:text-right",
                            meta?.className && `${meta.className} max-md:w-auto max-md:max-w-none`,
                            cardPlace(meta?.card),
                          )}
                        >
                          {meta?.card === undefined ? (
                            <span aria-hidden className="shrink-0 text-muted text-xs md:hidden">
                              {meta?.label}
                            </span>
                          ) : null}
                          {rowHref && cell.column.id === linkColumn ? (
                            <Link
                              href={rowHref(row.original)}
                              data-row-link
                              className="font-medium after:absolute after:inset-0 focus-visible:outline-0 focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
                            >
                              {content}
                            </Link>
                          ) : (
                            content
                          )}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data.length > 0 && !failedAtOnce ? (
          <div className="flex min-h-10 items-center justify-between gap-3 border-t bg-surface px-4 py-1 text-muted text-xs">
            <span className="tabular-nums">{t(query.hasNextPage ? "rowsAndMore" : "rows", { count: data.length })}</span>
            {query.hasNextPage ? (
              <Button size="sm" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                {t("loadMore")}
              </Button>
            ) : null}
          </div>
        ) : null}
      </div>
    </div>
  );
}

function cardPlace(card: "title" | "aside" | "body" | "hidden" | undefined): string {
  if (card === "title") return "max-md:order-first";
  if (card === "aside") return "max-md:-order-1 max-md:justify-self-end";
  if (card === "body") return "max-md:col-span-2 max-md:min-w-0";
  if (card === "hidden") return "max-md:hidden";
  return "max-md:col-span-2 max-md:flex max-md:min-w-0 max-md:items-baseline max-md:justify-between max-md:gap-4";
}

/** Of the height the list will most likely have, so that nothing jumps when it arrives. */
function LoadingRows({ label, columns, rowHeight }: { label: string; columns: number; rowHeight: string }) {
  return (
    <div role="status" aria-label={label}>
      <div className="h-8 border-b bg-surface max-md:hidden" />
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move.
          key={row}
          className={cn("flex h-20 items-center justify-between gap-6 border-b px-4 last:border-0", rowHeight)}
        >
          {Array.from({ length: Math.min(columns, 6) }, (_, column) => (
            <Skeleton
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              key={column}
              className={cn("h-3", column > 1 && "max-md:hidden")}
              style={{ flexGrow: column === 0 ? 2 : 1, maxWidth: `${5 + ((row * 3 + column * 5) % 5)}rem` }}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

type ColumnsMenuProps = {
  columns: { id: string; label: string; visible: boolean }[];
  onChange: (id: string, visible: boolean) => void;
};

function ColumnsMenu({ columns, onChange }: ColumnsMenuProps) {
  const t = useTranslations("shared.table");
  const visibleCount = columns.filter((column) => column.visible).length;
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button size="icon" aria-label={t("columns")} title={t("columns")} className="max-md:hidden">
          <Columns3 aria-hidden />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuLabel>{t("columns")}</DropdownMenuLabel>
        {columns.map((column) => (
          <DropdownMenuCheckboxItem
            key={column.id}
            checked={column.visible}
            disabled={column.visible && visibleCount === 1}
            onCheckedChange={(visible) => onChange(column.id, visible)}
            onSelect={(event) => event.preventDefault()}
          >
            {column.label}
          </DropdownMenuCheckboxItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

type Visibility = Record<string, boolean>;

/** Which columns are shown: the table's own choice, then what the person chose in this browser. */
function useColumns<T>(name: string, columns: ColumnDef<T>[]): [Visibility, (next: Visibility) => void] {
  const key = `columns:${name}`;
  const stored = useSyncExternalStore(
    listenToChoices,
    () => window.localStorage.getItem(key) ?? "{}",
    () => "{}",
  );
  const visibility = useMemo(() => {
    const own = columns.filter((column) => column.meta?.hidden).map((column) => [columnId(column), false]);
    return { ...Object.fromEntries(own), ...parseChoice(stored) };
  }, [columns, stored]);
  return [
    visibility,
    (next) => {
      window.localStorage.setItem(key, JSON.stringify(next));
      for (const listener of choiceListeners) listener();
    },
  ];
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

function columnId<T>(column: ColumnDef<T>): string {
  return column.id ?? ("accessorKey" in column ? String(column.accessorKey) : "");
}

type CsvColumn<T> = { id: string; columnDef: ColumnDef<T>; accessorFn?: (row: T, index: number) => unknown };

function csvOf<T>(rows: T[], columns: CsvColumn<T>[]): { fields: string[]; data: unknown[][] } {
  const taken = columns.filter((column) => column.columnDef.meta?.csv !== false);
  return {
    fields: taken.map((column) => column.columnDef.meta?.label ?? column.id),
    data: rows.map((row, index) =>
      taken.map((column) => {
        const value = column.accessorFn?.(row, index);
        const csv = column.columnDef.meta?.csv;
        return csv ? csv(row, value) : value;
      }),
    ),
  };
}
