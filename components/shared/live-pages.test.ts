import { describe, expect, it } from "vitest";
import type { Page } from "@/lib/http/paging";
import { isShownPage, renewPage, sightOf } from "./live-pages";

type Row = { id: string; version?: number };
const page = (ids: string, nextCursor: string | null, version = 1): Page<Row> => ({
  data: [...ids].map((id) => ({ id, version })),
  nextCursor,
});
const shown = ({ data, nextCursor }: Page<Row>) =>
  `${data.map(({ id, version }) => `${id}${version}`).join(" ")} | ${nextCursor}`;

describe("a page read anew", () => {
  it.each([
    ["is the fresh one where it ends at the same place", "abcd", "d", "abcd", "d", "a2 b2 c2 d2 | d"],
    ["keeps the rows that new ones pushed out", "abcd", "d", "xyab", "b", "x2 y2 a2 b2 c1 d1 | d"],
    ["leaves the rows that moved up to the page after it", "abcd", "d", "acde", "e", "a2 c2 d2 | d"],
    ["ends where it ended although its last row is gone", "abcd", "d", "abce", "e", "a2 b2 c2 | d"],
    ["stands alone where all rows are new", "abcd", "d", "wxyz", "z", "w2 x2 y2 z2 | z"],
    ["stands alone where it would grow without end", "abcdefghij", "j", "wxya", "a", "w2 x2 y2 a2 | a"],
    ["stands alone where nothing is left", "abcd", "d", "", null, " | null"],
  ])("%s", (_, known, knownCursor, fresh, freshCursor, expected) => {
    expect(shown(renewPage(page(known, knownCursor), page(fresh, freshCursor, 2), false))).toBe(expected);
  });

  it("may end elsewhere when none comes after it", () => {
    expect(shown(renewPage(page("abcd", "d"), page("xyab", "b", 2), true))).toBe("x2 y2 a2 b2 | b");
  });
});

describe("the pages in sight", () => {
  const pages = [page("abc", "c"), page("def", "f"), page("ghi", null)];
  it.each([
    [0, 1, 0, 0],
    [1, 4, 0, 1],
    [3, 5, 1, 1],
    [6, 8, 2, 2],
    [6, 99, 2, 2],
    [99, 99, 2, 2],
  ])("are those of rows %i to %i", (from, to, first, last) => {
    expect(sightOf(pages, from, to)).toEqual({ first, last });
  });

  it("always have the first among them, where new rows come", () => {
    expect([0, 1, 2].map((index) => isShownPage(index, { first: 2, last: 2 }))).toEqual([true, false, true]);
  });
});
