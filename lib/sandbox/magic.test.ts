import { expect, it } from "vitest";
import en from "@/lib/i18n/en/sandbox.json";
import tr from "@/lib/i18n/tr/sandbox.json";
import { toE164 } from "@/lib/phone";
import { MAGIC_NUMBERS, magicKind } from "./magic";

it.each(MAGIC_NUMBERS)("$phone is a possible number that names $kind, told in both languages", ({ phone, kind }) => {
  expect(toE164(phone)).toBe(phone);
  expect(magicKind(phone)).toBe(kind);
  expect(en.magic.kinds[kind]).toMatch(/\.$/);
  expect(tr.magic.kinds[kind]).toMatch(/\.$/);
});
