import { expect, test } from "vitest";
import { Moment } from "./moment";

test.each([
  ["2026-11-25T12:00:00Z", true],
  ["2026-11-25T12:00:00.123+03:00", true],
  ["0001-01-01T00:00:00Z", true],
  ["9999-12-31T23:59:59.999Z", true],
  ["0001-01-01T00:00:00-14:00", true],
  ["0000-01-01T00:00:00Z", false],
  ["0000-12-31T23:59:59-14:00", true],
  ["0001-01-01T00:00:00+14:00", false],
  ["9999-12-31T23:59:59-14:00", false],
  ["9999-12-31T23:59:59+14:00", true],
  ["2026-02-30T00:00:00Z", false],
  ["2026-11-25", false],
  ["2026-11-25T12:00:00", false],
  ["2026-11-25T24:00:00Z", false],
])("a moment that the database holds, after conversion to UTC: %s %s", (text, isHeld) => {
  expect(Moment.safeParse(text).success).toBe(isHeld);
});
