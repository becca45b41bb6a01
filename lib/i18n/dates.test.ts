import { expect, it } from "vitest";
import { readDate, writeDate } from "./dates";
import { LANGUAGES } from "./languages";

it.each([
  ["25.11.2026", "tr", "2026-11-25"],
  ["5.1.2026", "tr", "2026-01-05"],
  ["5/1/26", "tr", "2026-01-05"],
  ["05 01 2026", "tr", "2026-01-05"],
  ["2026-11-25", "tr", "2026-11-25"],
  ["2026-11-25", "en", "2026-11-25"],
  ["29.02.2028", "tr", "2028-02-29"],
  ["29.02.2026", "tr", null],
  ["31.04.2026", "tr", null],
  ["00.01.2026", "tr", null],
  ["25.11", "tr", null],
  ["", "tr", null],
  ["yarın", "tr", null],
] as const)("reads %s in %s as %s", (text, language, day) => {
  expect(readDate(text, language)).toBe(day);
});

it("reads what it writes, in every language", () => {
  for (const language of LANGUAGES) {
    for (const day of ["2026-01-02", "2026-11-25", "1999-12-31"]) expect(readDate(writeDate(day, language), language)).toBe(day);
  }
});
