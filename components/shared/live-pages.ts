import type { Page } from "@/lib/http/paging";

/** The pages that have rows on the screen; the first is always kept fresh, for new rows come there. */
export type PagesInSight = { first: number; last: number };

export function isShownPage(index: number, sight: PagesInSight): boolean {
  return index === 0 || (index >= sight.first && index <= sight.last);
}

export function sightOf(pages: readonly Page<unknown>[], firstRow: number, lastRow: number): PagesInSight {
  let rows = 0;
  let first = -1;
  for (const [index, page] of pages.entries()) {
    rows += page.data.length;
    if (first === -1 && firstRow < rows) first = index;
    if (lastRow < rows) return { first, last: index };
  }
  const last = Math.max(0, pages.length - 1);
  return { first: first === -1 ? last : first, last };
}

/** Past this a page that grew is let go, and those after it are read anew. */
const MOST_GROWTH = 1.5;

/**
 * A page read anew, ending where it ended before: rows that newer ones pushed out of it stay, rows that moved up into it are left to
 * the page after it. So the pages after it keep their places and need not be read again. Where too much has come between, the
 * fresh page stands alone. The last page has nobody after it and may end elsewhere.
 */
export function renewPage<T extends { id: string }>(known: Page<T>, fresh: Page<T>, isLast: boolean): Page<T> {
  if (isLast || fresh.nextCursor === known.nextCursor) return fresh;
  const places = new Map(known.data.map(({ id }, index) => [id, index]));
  const lastCommon = fresh.data.findLastIndex(({ id }) => places.has(id));
  const place = places.get(fresh.data[lastCommon]?.id ?? "");
  if (place === undefined) return fresh;
  const data = [
    ...fresh.data.slice(0, lastCommon + 1),
    ...(lastCommon === fresh.data.length - 1 ? known.data.slice(place + 1) : []),
  ];
  return data.length > fresh.data.length * MOST_GROWTH ? fresh : { data, nextCursor: known.nextCursor };
}

const left = new WeakSet<Page<unknown>>();

/** Leaves a page as it was; it is to be read when it comes into sight. */
export function leavePage<T>(page: Page<T>): Page<T> {
  left.add(page);
  return page;
}

export function wasLeft(page: Page<unknown>): boolean {
  return left.has(page);
}
