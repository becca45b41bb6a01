import { expect, it } from "vitest";
import { languageFromHeader } from "./languages";

it.each([
  ["tr-TR,tr;q=0.9,en;q=0.8", "tr"],
  ["de-DE,de;q=0.9,en;q=0.5,tr;q=0.4", "en"],
  ["en;q=0.3, tr;q=0.7", "tr"],
  ["fr", undefined],
  ["tr;q=0, en", "en"],
  ["", undefined],
  [null, undefined],
])("a browser that wishes %j gets %s", (header, language) => {
  expect(languageFromHeader(header)).toBe(language);
});
