import { expect, it } from "vitest";
import { foldText } from "./fold";

it.each([
  ["İSTANBUL", "istanbul"],
  ["ISPARTA", "isparta"],
  ["ılık IŞIK", "ilik isik"],
  ["Türkiye", "turkiye"],
  ["ÇĞÖŞÜ çğöşü", "cgosu cgosu"],
  ["Ç".normalize("NFD"), "c"],
  ["Åland Øya Łódź", "aland oya lodz"],
  ["Straße", "strasse"],
  ["Ελλάδα", "ελλαδα"],
  ["Москва", "москва"],
])("folds %s to %s", (text, folded) => {
  expect(foldText(text)).toBe(folded);
});
