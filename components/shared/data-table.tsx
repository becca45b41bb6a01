"use client";

import { LoaderCircle, SearchX } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";
import { type ColumnDef, csvOf, useColumnChoice } from "./columns";
import { downloadCsv } from "./csv";
import { EmptyState } from "./empty-state";
import { ErrorNote } from "./error-note";
import type { LongRows } from "./long-rows";
import { Note } from "./note";
import { type TableFilter, TableFilters } from "./table-filters";
import { TableRows } from "./table-rows";
import { type Selected, SelectionBar, useSelection } from "./table-selection";
import { ColumnsMenu, ExportButton } from "./table-tools";
import { useHydrated } from "./use-hydrated";
import type { ListQuery, ListState, Total } from "./use-list";
import { useNearEnd } from "./use-near-end";
import { useStillRows } from "./use-still-rows";

type DataTableProps<T> = {
  /** Names the table for those who hear it. */
  label: string;
  /** Remembers the chosen columns in this browser, and names the CSV file: "messages". */
  name: string;
  columns: ColumnDef<T>[];
  query: ListQuery<T>;
  rowId: (row: T) => string;
  /** Where a row leads; the cell of the `title` column (else the first) carries the link. */
  rowHref?: (row: T) => string;
  /** From `useListState`; without it there is neither search nor filter nor order. */
  state?: ListState;
  /** The order when the person chose none, in the API's words: "-createdAt". */
  defaultSort?: string;
  searchPlaceholder?: string;
  filters?: readonly TableFilter[];
  /** Filters of another kind than a choice of words, such as a range of dates. */
  moreFilters?: ReactNode;
  /** How many there are altogether. */
  total?: Total;
  /** Where everything that matches can be had as CSV; without it the loaded rows are written. */
  exportHref?: string;
  /** Lets rows be chosen; `actions` stand in the bar that appears then. */
  selection?: { rowName: (row: T) => string; actions: (selected: Selected, done: () => void) => ReactNode };
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
/** Past this only the rows near the window are drawn. */
const MOST_DRAWN = 100;
/** From here on a table is worth tools of its own. */
const FEWEST_FOR_TOOLS = 20;

export function DataTable<T>(props: DataTableProps<T>) {
  const { label, name, columns, query, rowId, rowHref, state, searchPlaceholder, filters, moreFilters, total, empty } = props;
  const t = useTranslations("shared.table");
  const loaded = useMemo(() => distinct(query.data?.pages.flatMap((page) => page.data) ?? [], rowId), [query.data, rowId]);
  const scope = JSON.stringify([state?.q, state?.filters, state?.sort]);
  const { rows, waiting, hold, release } = useStillRows(loaded, rowId, scope);
  const { shown, isChosen, choose } = useColumnChoice(name, columns);
  const selection = useSelection(scope);
  // Told while React takes over the page that its rows are old, it asks anew at once: nothing that the server knew of.
  const isAsking = useHydrated() && query.isFetching && !query.isPending;
  const hasNothing = !query.isPending && rows.length === 0 && !state?.active;
  const failedAtOnce = query.isError && loaded.length === 0;
  const Rows = useRows(rows.length);
  const hasTools = rows.length >= FEWEST_FOR_TOOLS || query.hasNextPage || isChosen || Boolean(state?.active);

  const hasBar = Boolean(props.actions) || (!hasNothing && (Boolean(state) || hasTools));

  return (
    <div className="grid min-w-0 gap-3">
      {hasBar ? (
        <div className="flex items-start gap-2 max-md:flex-wrap max-md:items-center">
          {state ? (
            <TableFilters state={state} searchPlaceholder={searchPlaceholder} filters={filters}>
              {moreFilters}
            </TableFilters>
          ) : null}
          <div className="ml-auto flex min-h-8 items-center gap-2">
            {isAsking ? <LoaderCircle className="size-4 animate-spin text-muted" aria-hidden /> : null}
            {props.actions}
            {hasTools ? (
              <>
                <ColumnsMenu
                  columns={columns.map((column) => ({
                    id: column.id,
                    label: column.meta.label,
                    visible: shown.includes(column),
                  }))}
                  onChange={choose}
                />
                <ExportButton
                  href={props.exportHref}
                  count={rows.length}
                  onExport={() => void downloadCsv(name, csvOf(rows, shown))}
                />
              </>
            ) : null}
          </div>
        </div>
      ) : null}
      {state ? <UnknownFilters state={state} filters={filters} /> : null}
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
          <LoadingRows label={t("loading")} columns={shown.length} compact={props.compact} />
        ) : rows.length === 0 ? (
          state?.active ? (
            (props.nothingFound ?? (
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
          <Rows
            label={label}
            columns={shown}
            rows={rows}
            rowId={rowId}
            rowName={props.selection?.rowName}
            rowHref={rowHref}
            compact={props.compact}
            isOld={query.isPlaceholderData}
            sort={state ? { by: state.sort || props.defaultSort || "", onSort: state.setSort } : undefined}
            selection={props.selection ? selection : undefined}
            onSight={query.onSight}
            onPointerEnter={hold}
            onPointerLeave={release}
          />
        )}
        {rows.length > 0 && !failedAtOnce ? <TableEnd query={query} count={rows.length} total={total} /> : null}
      </div>
      {props.selection && !selection.isEmpty ? (
        <SelectionBar selection={selection} loaded={rows.length} hasMore={query.hasNextPage} total={total}>
          {props.selection.actions(selection.selected, selection.clear)}
        </SelectionBar>
      ) : null}
    </div>
  );
}

/** Pages read at different moments may both hold a row that moved between them. */
/** What draws only the rows near the window is loaded with the first list that is long. */
let longRows: typeof LongRows | undefined;

function useRows(count: number): typeof TableRows {
  const isLong = count > MOST_DRAWN;
  const [Long, setLong] = useState(() => longRows);
  useEffect(() => {
    if (!isLong || longRows) return;
    void import("./long-rows").then((module) => {
      longRows = module.LongRows;
      setLong(() => longRows);
    });
  }, [isLong]);
  return isLong && Long ? Long : TableRows;
}

function distinct<T>(rows: readonly T[], rowId: (row: T) => string): T[] {
  return [...new Map(rows.map((row) => [rowId(row), row])).values()];
}

function UnknownFilters({ state, filters = [] }: { state: ListState; filters?: readonly TableFilter[] }) {
  const t = useTranslations("shared.table");
  if (state.unknown.length === 0) return null;
  const labelOf = (name: string) => filters.find((filter) => filter.name === name)?.label ?? name;
  const names = new Set(state.unknown.map(({ name }) => name));
  const forget = (name: string) => state.setFilter(name, state.filters[name] ?? "");
  return (
    <Note
      tone="warning"
      action={
        <Button size="sm" onClick={() => names.forEach(forget)}>
          {t("forgetUnknown")}
        </Button>
      }
    >
      {state.unknown.map(({ name, value }) => (
        <p key={`${name}=${value}`}>{t("unknownFilter", { filter: labelOf(name), value })}</p>
      ))}
    </Note>
  );
}

type TableEndProps<T> = { query: ListQuery<T>; count: number; total: Total | undefined };

/** How many rows there are; more come by themselves when it comes near, or at a press. */
function TableEnd<T>({ query, count, total }: TableEndProps<T>) {
  const t = useTranslations("shared.table");
  const end = useNearEnd<HTMLDivElement>(query);
  const { hasNextPage, fetchNextPage } = query;
  return (
    <div ref={end} className="flex min-h-10 items-center justify-between gap-3 border-t bg-surface px-4 py-1 text-muted text-xs">
      <span className="tabular-nums">
        {!hasNextPage
          ? t("rows", { count })
          : total
            ? t(total.isExact ? "rowsOf" : "rowsOfMore", { count, total: total.count })
            : t("rowsAndMore", { count })}
      </span>
      {hasNextPage ? (
        <Button size="sm" loading={query.isFetchingNextPage} onClick={() => fetchNextPage()}>
          {t("loadMore")}
        </Button>
      ) : null}
    </div>
  );
}

/** Of the height the list will most likely have, so that nothing jumps when it arrives. */
function LoadingRows({ label, columns, compact }: { label: string; columns: number; compact?: boolean }) {
  return (
    <div role="status" aria-label={label}>
      <div className="h-8 border-b bg-surface max-md:hidden" />
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move.
          key={row}
          className={cn(
            "flex h-20 items-center justify-between gap-6 border-b px-4 last:border-0",
            compact ? "md:h-8" : "md:h-10",
          )}
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
