import { expect, test } from "vitest";
import { lineOfItem, linesOfCard } from "./card-lines";

test("reads a contact card, whatever of it is missing", () => {
  const card = {
    name: { formatted_name: "Ayşe Yılmaz" },
    phones: [{ phone: "+90 555 010 10 01", type: "CELL" }, { phone: "0212" }],
  };
  expect(linesOfCard(card)).toEqual(["Ayşe Yılmaz", "+90 555 010 10 01", "0212"]);
  expect(linesOfCard({ name: { formatted_name: "Ayşe" } })).toEqual(["Ayşe"]);
  expect(linesOfCard({ phones: [{ phone: "0212" }] })).toEqual(["0212"]);
  expect(linesOfCard("odd")).toEqual([]);
});

test("reads an ordered item with its price in the reader's language", () => {
  const item = { product_retailer_id: "SKU-17", quantity: "2", item_price: "40.5", currency: "TRY" };
  expect(lineOfItem(item, "tr")).toBe("2 × SKU-17 · ₺40,50");
  expect(lineOfItem(item, "en")).toBe("2 × SKU-17 · TRY\u00a040.50");
  expect(lineOfItem({ product_retailer_id: 17 }, "en")).toBe("1 × 17");
  expect(lineOfItem({ product_retailer_id: "x", item_price: 3, currency: "points" }, "en")).toBe("1 × x · 3 points");
  expect(lineOfItem(null, "en")).toBe("");
});
