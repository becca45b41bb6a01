import { expect, it } from "vitest";
import type { Template } from "@/lib/templates/schema";
import { groupByName } from "./groups";

const template = (name: string, language: string, status = "APPROVED", businessAccountId = "1") =>
  ({ id: `${businessAccountId}${name}_${language}`, name, language, status, businessAccountId }) as Template;

it("puts the languages of a template together, in the order of the names", () => {
  const groups = groupByName([template("b", "tr"), template("a", "en"), template("b", "en"), template("a", "tr")]);
  expect(groups.map(({ first, templates }) => [first.name, templates.map(({ language }) => language)])).toEqual([
    ["b", ["en", "tr"]],
    ["a", ["en", "tr"]],
  ]);
});

it("leads with a language that may be sent", () => {
  const [group] = groupByName([template("a", "en", "REJECTED"), template("a", "tr"), template("a", "de", "PAUSED")]);
  expect(group?.first.language).toBe("tr");
  expect(group?.templates).toHaveLength(3);
});

it("keeps accounts apart", () => {
  const groups = groupByName([template("a", "en", "APPROVED", "1"), template("a", "en", "APPROVED", "2")]);
  expect(new Set(groups.map(({ id }) => id)).size).toBe(2);
});
