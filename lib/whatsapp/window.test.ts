import { expect, it } from "vitest";
import { isWindowOpen, windowClosesAt } from "@/lib/whatsapp/window";

const now = new Date("2026-11-22T12:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms);
const DAY = 86_400_000;

it.each([
  ["just now", ago(0), true],
  ["an hour ago", ago(3_600_000), true],
  ["a millisecond short of a day", ago(DAY - 1), true],
  ["exactly a day ago", ago(DAY), false],
  ["two days ago", ago(2 * DAY), false],
  ["never", null, false],
])("a person who wrote %s has an open window: %s", (_when, at, open) => {
  expect(isWindowOpen(at, now)).toBe(open);
});

it("closes 24 hours after Meta's timestamp", () => {
  expect(windowClosesAt(ago(3_600_000), now)).toEqual(new Date("2026-11-23T11:00:00Z"));
});

it("does not open longer for a timestamp in the future", () => {
  expect(windowClosesAt(ago(-7 * DAY), now)).toEqual(new Date("2026-11-23T12:00:00Z"));
});
