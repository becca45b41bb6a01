import { addDays, clockChangeBetween, DAY_MS, momentsOf, wallTimeAt, weekdayOf } from "@/lib/time";
import { type BusinessHours, WEEKDAYS } from "./schema";

const HORIZON_DAYS = 370;
const DAY_MINUTES = 24 * 60;

/** True when the clock on the zone's wall stands within a span of the day, and the day is no holiday. */
export function isOpen(hours: BusinessHours, zone: string, at: Date): boolean {
  const { date, minutes } = wallTimeAt(zone, at);
  return spansOn(hours, date).some((span) => span.from <= minutes && minutes < span.to);
}

/**
 * The first moment from `at` on at which it is open: `at` itself when it is open already. Spans are read on the wall clock, so a
 * span that begins in the hour that spring skips opens when the clock is turned. Null when nothing opens within 370 days.
 */
export function nextOpening(hours: BusinessHours, zone: string, at: Date): Date | null {
  if (isOpen(hours, zone, at)) return at;
  const today = wallTimeAt(zone, at).date;
  for (let day = 0; day <= HORIZON_DAYS; day++) {
    const opening = openingsOn(hours, zone, addDays(today, day)).find((moment) => moment > at);
    if (opening) return opening;
  }
  return null;
}

/** The moments of a day at which closed turns to open, earliest first. */
function openingsOn(hours: BusinessHours, zone: string, date: string): Date[] {
  const spans = spansOn(hours, date);
  if (spans.length === 0) return [];
  const noon = Date.parse(date) + DAY_MS / 2;
  const change = clockChangeBetween(zone, new Date(noon - DAY_MS), new Date(noon + DAY_MS));
  return [...spans.flatMap((span) => momentsOf(zone, { date, minutes: span.from })), ...(change ? [change] : [])]
    .filter((moment) => wallTimeAt(zone, moment).date === date && isOpen(hours, zone, moment))
    .sort((a, b) => a.getTime() - b.getTime());
}

/**
 * The spans of a calendar day in minutes since midnight; none on a holiday. What began the evening before goes on after midnight,
 * unless the evening before was a holiday.
 */
function spansOn(hours: BusinessHours, date: string): { from: number; to: number }[] {
  if (isHoliday(hours, date)) return [];
  const before = addDays(date, -1);
  const nights = isHoliday(hours, before) ? [] : weekdaySpans(hours, before).filter(isOvernight);
  const days = weekdaySpans(hours, date).map((span) => (isOvernight(span) ? { from: span.from, to: DAY_MINUTES } : span));
  return [...nights.map(({ to }) => ({ from: 0, to })), ...days];
}

function weekdaySpans(hours: BusinessHours, date: string): { from: number; to: number }[] {
  const weekday = WEEKDAYS[weekdayOf(date)];
  return weekday ? hours.week[weekday].map((span) => ({ from: toMinutes(span.from), to: toMinutes(span.to) })) : [];
}

function isOvernight({ from, to }: { from: number; to: number }): boolean {
  return to < from;
}

function isHoliday(hours: BusinessHours, date: string): boolean {
  return hours.holidays.some((holiday) => holiday.date === date);
}

function toMinutes(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return hour * 60 + minute;
}
