import { expect, it } from "vitest";
import { nameOf } from "./person";

it.each([
  ["Ayşe", "+905551234567", "Ayşe"],
  ["+905551234567", "+905551234567", null],
  ["+90 555 123 45 67", "+905551234567", null],
  ["0555 123 45 67", "+905551234567", null],
  ["905551234567", "+905551234567", null],
  ["+90 555 765 43 21", "+905551234567", "+90 555 765 43 21"],
  ["Kaya 1899", "+905551231899", "Kaya 1899"],
  ["", "+905551234567", null],
  [null, "+905551234567", null],
  ["12345", null, "12345"],
])("of %j with %j the name is %j", (name, phoneNumber, shown) => {
  expect(nameOf(name, phoneNumber)).toBe(shown);
});
