import { tzOffset } from "@date-fns/tz/tzOffset";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A day of the calendar, `YYYY-MM-DD`, and the minutes since its midnight that a clock on the wall shows. */
export type WallTime = { date: string; minutes: number };

/** What the clock shows in the time zone at this moment. */
export function wallTimeAt(zone: string, at: Date): WallTime {
  const local = new Date(at.getTime() + offsetMs(zone, at.getTime()));
  return { date: local.toISOString().slice(0, 10), minutes: local.getUTCHours() * 60 + local.getUTCMinutes() };
}

/** The moments at which the clock shows this: one, or two where it is turned back, or none where it is turned forward. Earliest first. */
export function momentsOf(zone: string, wall: WallTime): Date[] {
  const asUtc = Date.parse(wall.date) + wall.minutes * MINUTE_MS;
  const offsets = new Set([offsetMs(zone, asUtc - DAY_MS), offsetMs(zone, asUtc + DAY_MS)]);
  return [...offsets]
    .map((offset) => asUtc - offset)
    .filter((moment) => moment + offsetMs(zone, moment) === asUtc)
    .sort((a, b) => a - b)
    .map((moment) => new Date(moment));
}

/** The moment in (from, to] at which the zone's clock is turned, to the minute; null when it is not. At most one is expected between the two. */
export function clockChangeBetween(zone: string, from: Date, to: Date): Date | null {
  const before = offsetMs(zone, from.getTime());
  if (before === offsetMs(zone, to.getTime())) return null;
  let low = Math.floor(from.getTime() / MINUTE_MS);
  let high = Math.ceil(to.getTime() / MINUTE_MS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(zone, middle * MINUTE_MS) === before) low = middle;
    else high = middle;
  }
  return new Date(high * MINUTE_MS);
}

/** The first moment of a calendar day (`YYYY-MM-DD`) in the zone: its midnight, or where that is skipped, when the clock is turned. */
export function firstMomentOf(zone: string, date: string): Date {
  const [midnight] = momentsOf(zone, { date, minutes: 0 });
  if (midnight) return midnight;
  const noon = Date.parse(date) + 12 * HOUR_MS;
  const change = clockChangeBetween(zone, new Date(noon - 2 * DAY_MS), new Date(noon + DAY_MS));
  return change ?? new Date(Date.parse(date) - offsetMs(zone, noon));
}

/** The calendar day this many days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is Monday. */
export function weekdayOf(date: string): number {
  return (new Date(date).getUTCDay() + 6) % 7;
}

/** True for a zone of the IANA database that this runtime knows. */
export function isTimeZone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}

/** How far the zone's clock is ahead of UTC at this moment. */
function offsetMs(zone: string, atMs: number): number {
  const minutes = tzOffset(zone, new Date(atMs));
  if (Number.isNaN(minutes)) throw new Error(`${zone} is not a time zone.`);
  return minutes * MINUTE_MS;
}
