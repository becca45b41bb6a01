import { expect, it } from "vitest";
import { changesOf, conflictsOf } from "./changes";

const before = { name: "Ayşe", language: "tr", timeZone: null };

it("writes only what was changed", () => {
  expect(changesOf(before, before)).toEqual({});
  expect(changesOf(before, { ...before, name: "Ayşe Kaya" })).toEqual({ name: "Ayşe Kaya" });
  expect(changesOf(before, { name: null, language: "tr", timeZone: "Europe/Berlin" })).toEqual({
    name: null,
    timeZone: "Europe/Berlin",
  });
});

it("sees a conflict only where both changed the same field to different things", () => {
  const changes = { name: "Ayşe Kaya" };
  expect(conflictsOf(before, before, changes)).toEqual([]);
  expect(conflictsOf(before, { ...before, language: "en" }, changes)).toEqual([]);
  expect(conflictsOf(before, { ...before, name: "Ayşe Kaya" }, changes)).toEqual([]);
  expect(conflictsOf(before, { ...before, name: "A. Kaya" }, changes)).toEqual(["name"]);
  expect(conflictsOf(before, { ...before, name: null }, { ...changes, language: null })).toEqual(["name"]);
});
