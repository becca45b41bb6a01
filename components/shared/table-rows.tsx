"use client";

import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, type Ref, useEffect } from "react";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/components/ui/cn";
import { Link } from "@/components/ui/link";
import type { ColumnDef } from "./columns";
import { SelectAll, type Selection } from "./table-selection";

/** The rows that are drawn of a long list, and the heights that stand for the others. */
type DrawnRows = {
  first: number;
  last: number;
  above: number;
  below: number;
  body: Ref<HTMLTableSectionElement>;
  measure: (row: HTMLElement | null) => void;
};

export type TableRowsProps<T> = {
  label: string;
  columns: readonly ColumnDef<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  /** Names a row for those who choose it by ear. */
  rowName?: (row: T) => string;
  rowHref?: (row: T) => string;
  compact?: boolean;
  isOld: boolean;
  sort?: { by: string; onSort: (by: string) => void };
  selection?: Selection;
  onSight?: (firstRow: number, lastRow: number) => void;
  onPointerEnter: () => void;
  onPointerLeave: () => void;
  /** All of them when it is left out. */
  drawn?: DrawnRows;
};

/** Below 768 px rows are drawn as cards; explicit roles keep them a table for those who hear it. */
export function TableRows<T>(props: TableRowsProps<T>) {
  const { label, columns, rows, rowId, rowHref, isOld, sort, selection, onSight, drawn } = props;
  const { first, last, above, below } = drawn ?? { first: 0, last: rows.length - 1, above: 0, below: 0 };
  const linkColumn = (columns.find((column) => column.meta.card === "title") ?? columns[0])?.id;
  const loaded = selection ? rows.map(rowId) : [];
  useEffect(() => onSight?.(first, last), [onSight, first, last]);

  return (
    <div className="overflow-x-auto">
      <table
        // biome-ignore lint/a11y/noRedundantRoles: `display: grid` takes the roles away.
        role="table"
        aria-label={label}
        aria-busy={isOld || undefined}
        aria-rowcount={drawn ? rows.length + 1 : undefined}
        onPointerEnter={props.onPointerEnter}
        onPointerLeave={props.onPointerLeave}
        className={cn("w-full border-collapse text-left text-sm transition-opacity max-md:block", isOld && "opacity-60")}
      >
        <thead
          // biome-ignore lint/a11y/noRedundantRoles: as above.
          role="rowgroup"
          className="border-b bg-surface text-muted text-xs max-md:sr-only"
        >
          <tr
            // biome-ignore lint/a11y/noRedundantRoles: as above.
            role="row"
          >
            {selection ? (
              <th
                // biome-ignore lint/a11y/noRedundantRoles: as above.
                role="columnheader"
                scope="col"
                className="h-8 w-8 pl-4"
              >
                <SelectAll selection={selection} loaded={loaded} />
              </th>
            ) : null}
            {columns.map(({ id, meta }) => (
              <th
                key={id}
                // biome-ignore lint/a11y/noRedundantRoles: as above.
                role="columnheader"
                scope="col"
                aria-sort={sort && meta.sort ? directionOf(sort.by, meta.sort.by) : undefined}
                className={cn(
                  "h-8 whitespace-nowrap px-3 font-medium first:pl-4 last:pr-4",
                  meta.align === "right" && "text-right",
                  meta.className,
                )}
              >
                {sort && meta.sort ? <SortButton label={meta.label} rule={meta.sort} {...sort} /> : meta.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody
          ref={drawn?.body}
          // biome-ignore lint/a11y/noRedundantRoles: as above.
          role="rowgroup"
          className="max-md:block"
        >
          <Gap height={above} columns={columns.length + (selection ? 1 : 0)} />
          {rows.slice(first, last + 1).map((row, index) => (
            <tr
              key={rowId(row)}
              ref={drawn?.measure}
              data-index={first + index}
              // biome-ignore lint/a11y/noRedundantRoles: as above.
              role="row"
              aria-rowindex={drawn ? first + index + 2 : undefined}
              className={cn(
                "relative border-b max-md:grid max-md:grid-cols-[minmax(0,1fr)_auto] max-md:gap-x-3 max-md:gap-y-1 max-md:px-4 max-md:py-3",
                first + index === rows.length - 1 && "border-0",
                props.compact ? "md:h-8" : "md:h-10",
                rowHref && "hover:bg-surface",
                selection && "max-md:pl-12",
                selection?.isChosen(rowId(row)) && "bg-accent-subtle hover:bg-accent-subtle",
              )}
            >
              {selection ? (
                <SelectCell selection={selection} id={rowId(row)} name={props.rowName?.(row) ?? ""} loaded={loaded} />
              ) : null}
              {columns.map((column) => (
                <Cell key={column.id} meta={column.meta} href={column.id === linkColumn ? rowHref?.(row) : undefined}>
                  {column.cell({ row: { original: row } })}
                </Cell>
              ))}
            </tr>
          ))}
          <Gap height={below} columns={columns.length + (selection ? 1 : 0)} />
        </tbody>
      </table>
    </div>
  );
}

/** Stands for the rows that are not drawn. */
function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className="max-md:block">
      <td colSpan={columns} style={{ height }} className="p-0 max-md:block" />
    </tr>
  );
}

type CellProps<T> = { meta: ColumnDef<T>["meta"]; href?: string; children: ReactNode };

function Cell<T>({ meta, href, children }: CellProps<T>) {
  return (
    <td
      // biome-ignore lint/a11y/noRedundantRoles: `display: grid` takes the roles away.
      role="cell"
      className={cn(
        "px-3 py-1 first:pl-4 last:pr-4 max-md:p-0 max-md:first:pl-0 max-md:last:pr-0",
        meta.align === "right" && "md:text-right",
        meta.className && `${meta.className} max-md:w-auto max-md:min-w-0 max-md:max-w-none`,
        cardPlace(meta.card),
      )}
    >
      {meta.card === undefined ? (
        <span aria-hidden className="shrink-0 text-muted text-xs md:hidden">
          {meta.label}
        </span>
      ) : null}
      {href ? (
        <Link
          href={href}
          prefetch={false}
          data-row-link
          className="font-medium after:absolute after:inset-0 focus-visible:outline-0 focus-visible:after:rounded-sm focus-visible:after:outline-2 focus-visible:after:outline-focus focus-visible:after:-outline-offset-2"
        >
          {children}
        </Link>
      ) : (
        children
      )}
    </td>
  );
}

type SelectCellProps = { selection: Selection; id: string; name: string; loaded: readonly string[] };

function SelectCell({ selection, id, name, loaded }: SelectCellProps) {
  const t = useTranslations("shared.table");
  return (
    <td
      // biome-ignore lint/a11y/noRedundantRoles: `display: grid` takes the roles away.
      role="cell"
      className="w-8 pl-4 max-md:absolute max-md:top-4 max-md:left-4 max-md:w-auto max-md:p-0"
    >
      <Checkbox
        aria-label={t("select", { name })}
        className="z-10 block"
        checked={selection.isChosen(id)}
        onCheckedChange={() => selection.toggle(id, loaded)}
      />
    </td>
  );
}

type SortButtonProps = {
  label: string;
  rule: NonNullable<ColumnDef<unknown>["meta"]["sort"]>;
  by: string;
  onSort: (by: string) => void;
};

function SortButton({ label, rule, by, onSort }: SortButtonProps) {
  const direction = directionOf(by, rule.by);
  const Icon = direction === "none" ? ChevronsUpDown : direction === "ascending" ? ArrowUp : ArrowDown;
  const next = direction === "none" ? rule.first : direction === "ascending" ? "descending" : "ascending";
  return (
    <button
      type="button"
      onClick={() => onSort(next === "descending" ? `-${rule.by}` : rule.by)}
      className="group -mx-1 inline-flex h-6 items-center gap-1 rounded-sm px-1 font-medium hover:text-foreground"
    >
      {label}
      <Icon
        className={cn("size-3.5", direction === "none" && "opacity-40 group-hover:opacity-100 group-focus-visible:opacity-100")}
        aria-hidden
      />
    </button>
  );
}

function directionOf(sort: string, by: string): "ascending" | "descending" | "none" {
  return sort === by ? "ascending" : sort === `-${by}` ? "descending" : "none";
}

function cardPlace(card: "title" | "aside" | "body" | "hidden" | undefined): string {
  if (card === "title") return "max-md:order-first";
  if (card === "aside") return "max-md:-order-1 max-md:justify-self-end";
  if (card === "body") return "max-md:col-span-2 max-md:min-w-0";
  if (card === "hidden") return "max-md:hidden";
  return "max-md:col-span-2 max-md:flex max-md:min-w-0 max-md:items-baseline max-md:justify-between max-md:gap-4";
}
