import Papa from "papaparse";
import { expect, it } from "vitest";
import { FORMULA } from "./csv";

it.each([
  ["+905551234567", "+905551234567"],
  ["+1+1", "'+1+1"],
  ["+905551234567+1", "'+905551234567+1"],
  ["+", "'+"],
  ["=1+1", "'=1+1"],
  ["-2", "'-2"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["Ayşe", "Ayşe"],
])("writes %j as %j", (cell, written) => {
  expect(Papa.parse(Papa.unparse([[cell]], { escapeFormulae: FORMULA })).data).toEqual([[written]]);
});

it("writes a cell of several lines whose first is a formula with an apostrophe", () => {
  const text = Papa.unparse([["=1\n2"]], { escapeFormulae: FORMULA });
  expect(Papa.parse(text).data).toEqual([["'=1\n2"]]);
});
