import { describe, expect, it } from "vitest";
import { formatDateTime, formatDuration, formatNumber, formatRelative, formatShare } from "./format";

const AT = new Date("2026-11-22T11:05:09Z");
const zone = { timeZone: "Europe/Istanbul" };

describe("dates", () => {
  it("are written as each language writes them, on a 24-hour clock", () => {
    expect(formatDateTime(AT, { ...zone, language: "tr" })).toBe("22 Kas 2026 14:05");
    expect(formatDateTime(AT, { ...zone, language: "en" })).toBe("22 Nov 2026, 14:05");
    expect(formatDateTime(AT, { ...zone, language: "en" }, true)).toBe("22 Nov 2026, 14:05:09");
  });

  it("are told relative to now for a week", () => {
    const ago = (ms: number) => formatRelative(new Date(AT.getTime() - ms), AT, "en");
    expect(ago(2000)).toBe("now");
    expect(ago(180_000)).toBe("3 minutes ago");
    expect(formatRelative(new Date(AT.getTime() - 180_000), AT, "tr")).toBe("3 dakika önce");
    expect(ago(8 * 86_400_000)).toBeUndefined();
  });
});

describe("lengths of time", () => {
  it.each([
    [340, "340 ms"],
    [1200, "1.2 sec"],
    [200_000, "3 min 20 sec"],
    [7_500_000, "2 hrs 5 min"],
    [273_600_000, "3 days 4 hrs"],
    [3_600_000, "1 hr"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatDuration(ms, "en").replaceAll("secs", "sec").replaceAll("mins", "min")).toBe(text);
  });
});

it.each([
  [4999, 5000, "99.9%"],
  [9999, 10_000, "99.9%"],
  [5000, 5000, "100%"],
  [1, 5004, "0.1%"],
  [0, 5004, "0%"],
  [2, 3, "66.7%"],
])("says 100 %% of the whole alone and 0 %% of nothing: %d of %d", (part, whole, text) => {
  expect(formatShare(part, whole, "en")).toBe(text);
});

it("writes numbers with each language's marks", () => {
  expect(formatNumber(1234.5, "tr")).toBe("1.234,5");
  expect(formatNumber(1234.5, "en")).toBe("1,234.5");
});
