import { describe, expect, it, test } from "vitest";
import { isOpen, nextOpening } from "./business-hours";
import { BusinessHours, DEFAULT_BUSINESS_HOURS, WEEKDAYS } from "./schema";

type Spans = { from: string; to: string }[];

function hoursOf(spans: Spans, holidays: string[] = [], closed: (typeof WEEKDAYS)[number][] = []): BusinessHours {
  const week = Object.fromEntries(WEEKDAYS.map((day) => [day, closed.includes(day) ? [] : spans])) as BusinessHours["week"];
  return { ...DEFAULT_BUSINESS_HOURS, week, holidays: holidays.map((date) => ({ date })) };
}

const span = (from: string, to: string) => ({ from, to });
const nineToSix = hoursOf([span("09:00", "18:00")]);
const allDay = hoursOf([span("00:00", "24:00")]);
const nights = hoursOf([span("00:00", "02:00"), span("22:00", "24:00")]);
const overnight = hoursOf([span("18:00", "02:00")]);
const early = hoursOf([span("02:15", "02:45"), span("09:00", "18:00")]);
const smallHours = hoursOf([span("01:30", "03:00")]);

describe("the next opening", () => {
  test.each([
    ["at once when open", nineToSix, "Europe/Istanbul", "2025-03-10T08:00:00Z", "2025-03-10T08:00:00Z"],
    ["the same morning", nineToSix, "Europe/Istanbul", "2025-03-10T05:59:59Z", "2025-03-10T06:00:00Z"],
    ["the next morning, when it has just closed", nineToSix, "Europe/Istanbul", "2025-03-10T15:00:00Z", "2025-03-11T06:00:00Z"],
    ["by half-hour zones", nineToSix, "Asia/Kolkata", "2025-03-10T00:00:00Z", "2025-03-10T03:30:00Z"],
    ["the next year", nineToSix, "Asia/Kolkata", "2025-12-31T15:00:00Z", "2026-01-01T03:30:00Z"],
    [
      "after lunch",
      hoursOf([span("09:00", "12:00"), span("13:30", "18:00")]),
      "Asia/Kolkata",
      "2025-03-10T07:00:00Z",
      "2025-03-10T08:00:00Z",
    ],
    [
      "after the weekend",
      hoursOf([span("09:00", "18:00")], [], ["saturday", "sunday"]),
      "Europe/Istanbul",
      "2025-03-14T16:00:00Z",
      "2025-03-17T06:00:00Z",
    ],
    [
      "after a holiday",
      hoursOf([span("09:00", "18:00")], ["2025-04-23"]),
      "Europe/Istanbul",
      "2025-04-22T16:00:00Z",
      "2025-04-24T06:00:00Z",
    ],
    [
      "at midnight after a holiday, open all day",
      hoursOf([span("00:00", "24:00")], ["2025-04-23"]),
      "Europe/Istanbul",
      "2025-04-23T10:00:00Z",
      "2025-04-23T21:00:00Z",
    ],
    [
      "at once past midnight, when it opened the evening before",
      overnight,
      "Europe/Istanbul",
      "2025-03-10T22:30:00Z",
      "2025-03-10T22:30:00Z",
    ],
    ["the next evening, when the night is over", overnight, "Europe/Istanbul", "2025-03-10T23:00:00Z", "2025-03-11T15:00:00Z"],
    [
      "not in the night after a holiday",
      hoursOf([span("18:00", "02:00")], ["2025-04-23"]),
      "Europe/Istanbul",
      "2025-04-23T22:00:00Z",
      "2025-04-24T15:00:00Z",
    ],
    [
      "not in a holiday's small hours, though the evening before was open",
      hoursOf([span("18:00", "02:00")], ["2025-04-23"]),
      "Europe/Istanbul",
      "2025-04-22T21:30:00Z",
      "2025-04-24T15:00:00Z",
    ],
    [
      "in the night after the last open weekday",
      hoursOf([span("18:00", "02:00")], [], ["saturday", "sunday"]),
      "Europe/Istanbul",
      "2025-03-14T22:00:00Z",
      "2025-03-14T22:00:00Z",
    ],
    [
      "not in the night after a closed day",
      hoursOf([span("18:00", "02:00")], [], ["saturday", "sunday"]),
      "Europe/Istanbul",
      "2025-03-15T22:00:00Z",
      "2025-03-17T15:00:00Z",
    ],
    ["across midnight without a gap", nights, "Europe/Istanbul", "2025-03-10T21:00:00Z", "2025-03-10T21:00:00Z"],
    ["in the evening", nights, "Europe/Istanbul", "2025-03-10T23:00:00Z", "2025-03-11T19:00:00Z"],
    // New York springs forward on 2025-03-09 at 02:00 (07:00Z): an hour less to wait.
    ["an hour earlier in UTC after spring", nineToSix, "America/New_York", "2025-03-08T23:00:00Z", "2025-03-09T13:00:00Z"],
    ["as before on the evening before spring", nineToSix, "America/New_York", "2025-03-08T10:00:00Z", "2025-03-08T14:00:00Z"],
    // And back on 2025-11-02 at 02:00 (06:00Z).
    ["an hour later in UTC after autumn", nineToSix, "America/New_York", "2025-11-01T22:00:00Z", "2025-11-02T14:00:00Z"],
    [
      "when the clock is turned, if the opening is skipped",
      hoursOf([span("02:30", "05:00")]),
      "America/New_York",
      "2025-03-09T06:30:00Z",
      "2025-03-09T07:00:00Z",
    ],
    ["not in a span that spring skips whole", early, "America/New_York", "2025-03-09T06:30:00Z", "2025-03-09T13:00:00Z"],
    ["at the first of two equal times", smallHours, "America/New_York", "2025-11-02T04:00:00Z", "2025-11-02T05:30:00Z"],
    [
      "at the second of two equal times, when the clock fell out of the span",
      smallHours,
      "America/New_York",
      "2025-11-02T06:10:00Z",
      "2025-11-02T06:30:00Z",
    ],
    ["at once in the repeated hour, open all day", allDay, "America/New_York", "2025-11-02T06:10:00Z", "2025-11-02T06:10:00Z"],
    [
      "at one o'clock where spring skips midnight",
      hoursOf([span("00:00", "03:00")]),
      "Africa/Cairo",
      "2025-04-24T21:59:00Z",
      "2025-04-24T22:00:00Z",
    ],
    ["on both sides of a half-hour change", nineToSix, "Australia/Lord_Howe", "2025-10-04T09:00:00Z", "2025-10-04T22:00:00Z"],
  ])("is %s", (_, hours, zone, at, expected) => {
    expect(nextOpening(hours, zone, new Date(at))?.toISOString()).toBe(new Date(expected).toISOString());
  });

  it("is never, when no day has hours or all are holidays", () => {
    expect(nextOpening(hoursOf([]), "Europe/Istanbul", new Date("2025-03-10T10:00:00Z"))).toBeNull();
    const start = Date.parse("2025-01-01");
    const holidays = Array.from({ length: 400 }, (_, day) => new Date(start + day * 86_400_000).toISOString().slice(0, 10));
    expect(
      nextOpening(hoursOf([span("09:00", "18:00")], holidays), "Europe/Istanbul", new Date("2025-01-02T10:00:00Z")),
    ).toBeNull();
  });

  it("is open, and nothing was open before it, around every clock change", () => {
    const changes = {
      "America/New_York": ["2025-03-09T07:00:00Z", "2025-11-02T06:00:00Z"],
      "Africa/Cairo": ["2025-04-24T22:00:00Z", "2025-10-30T21:00:00Z"],
    };
    for (const [zone, moments] of Object.entries(changes)) {
      for (const hours of [nights, early, smallHours, nineToSix]) {
        for (const moment of moments) {
          for (let minutes = -600; minutes <= 300; minutes += 75) {
            const at = new Date(Date.parse(moment) + minutes * 60_000);
            const opening = nextOpening(hours, zone, at);
            expect(opening && isOpen(hours, zone, opening)).toBe(true);
            for (let t = at.getTime(); opening && t < opening.getTime(); t += 5 * 60_000) {
              expect(isOpen(hours, zone, new Date(t)), `${zone} ${new Date(t).toISOString()} from ${at.toISOString()}`).toBe(
                false,
              );
            }
          }
        }
      }
    }
  });
});

describe("open", () => {
  test.each([
    ["from the first minute", "2025-03-10T06:00:00Z", true],
    ["until before the last", "2025-03-10T14:59:59Z", true],
    ["not at the end", "2025-03-10T15:00:00Z", false],
  ])("%s", (_, at, expected) => {
    expect(isOpen(nineToSix, "Europe/Istanbul", new Date(at))).toBe(expected);
  });

  it("is the guide's default: every day from 9 to 6", () => {
    for (const date of ["2025-03-10", "2025-03-15", "2025-03-16"]) {
      expect(isOpen(DEFAULT_BUSINESS_HOURS, "Europe/Istanbul", new Date(`${date}T06:00:00Z`))).toBe(true);
      expect(isOpen(DEFAULT_BUSINESS_HOURS, "Europe/Istanbul", new Date(`${date}T15:00:00Z`))).toBe(false);
    }
  });
});

describe("a span", () => {
  const accepts = (...spans: Spans) => BusinessHours.safeParse(hoursOf(spans)).success;
  it("may end after midnight, on the next day", () => {
    expect(accepts(span("18:00", "02:00"))).toBe(true);
    expect(accepts(span("09:00", "12:00"), span("18:00", "02:00"))).toBe(true);
  });

  it("is refused when it overlaps another of its day, or has no length", () => {
    expect(accepts(span("18:00", "02:00"), span("20:00", "22:00"))).toBe(false);
    expect(accepts(span("09:00", "12:00"), span("11:00", "14:00"))).toBe(false);
    expect(accepts(span("09:00", "09:00"))).toBe(false);
    expect(accepts(span("24:00", "02:00"))).toBe(false);
    expect(accepts(span("18:00", "00:00"))).toBe(false);
  });
});
