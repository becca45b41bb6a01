import { expect, it } from "vitest";
import { toE164 } from "@/lib/phone";
import { MAGIC_NUMBERS, magicKind } from "./magic";

it.each(MAGIC_NUMBERS)("$phone is a possible number that names $kind", ({ phone, kind }) => {
  expect(toE164(phone)).toBe(phone);
  expect(magicKind(phone)).toBe(kind);
});
