import { expect, it } from "vitest";
import { tierAllowance } from "@/lib/whatsapp/tiers";

it.each([
  ["TIER_50", 50],
  ["TIER_250", 250],
  ["TIER_1K", 1_000],
  ["TIER_2K", 2_000],
  ["TIER_10K", 10_000],
  ["TIER_100K", 100_000],
  ["TIER_5M", 5_000_000],
  ["tier_2k ", 2_000],
  ["TIER_UNLIMITED", Number.POSITIVE_INFINITY],
  [2000, 2_000],
  ["2000", 2_000],
  [-1, Number.POSITIVE_INFINITY],
  ["-1", Number.POSITIVE_INFINITY],
  ["TIER_NOT_SET", null],
  ["TIER_SOON", null],
  ["", null],
  [0, null],
  [-2, null],
  [1.5, null],
  [Number.NaN, null],
  [null, null],
  [undefined, null],
] as const)("reads %s as %s people a day", (tier, people) => {
  expect(tierAllowance(tier)).toBe(people);
});
