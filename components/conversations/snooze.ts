import { TZDate } from "@date-fns/tz";
import { addDays, addHours, nextMonday, set } from "date-fns";

/** When a conversation may come back, on the organization's clock. */
export function snoozeChoices(now: Date, timeZone: string): { name: "later" | "tomorrow" | "nextWeek"; until: Date }[] {
  const there = new TZDate(now.getTime(), timeZone);
  const atNine = (day: Date) => new Date(set(day, { hours: 9, minutes: 0, seconds: 0, milliseconds: 0 }).getTime());
  return [
    { name: "later", until: addHours(now, 3) },
    { name: "tomorrow", until: atNine(addDays(there, 1)) },
    { name: "nextWeek", until: atNine(nextMonday(there)) },
  ];
}
