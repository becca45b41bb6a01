import { expect, test } from "vitest";
import { normalizeLanguage } from "./language";

test.each([
  ["tr", "tr"],
  ["en-US", "en_US"],
  ["en_us", "en_US"],
  ["PT-br", "pt_BR"],
  [" fil ", "fil"],
  ["zh_Hans", "zh_Hans"],
])("%s is written %s", (given, wanted) => {
  expect(normalizeLanguage(given)).toBe(wanted);
});
