"use client";

import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import { TableRows, type TableRowsProps } from "./table-rows";

const OVERSCAN = 12;

/** Draws only the rows near the window. Loaded with the first list that is long. */
export function LongRows<T>(props: TableRowsProps<T>) {
  const { rows, rowId, compact } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (window.innerWidth < 768 ? 110 : compact ? 33 : 41),
    overscan: OVERSCAN,
    scrollMargin: offset,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowId(row);
    },
  });
  const items = virtual.getVirtualItems();
  const [top, end] = [items[0], items.at(-1)];

  useLayoutEffect(() => {
    if (!body.current) return;
    const at = Math.round(body.current.getBoundingClientRect().top + window.scrollY);
    if (at !== offset) setOffset(at);
  });

  return (
    <TableRows
      {...props}
      drawn={{
        first: top?.index ?? 0,
        last: end?.index ?? -1,
        above: top ? top.start - offset : 0,
        below: virtual.getTotalSize() - ((end?.end ?? offset) - offset),
        body,
        measure: virtual.measureElement,
      }}
    />
  );
}
