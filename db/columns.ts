import { addMinutes, subMinutes } from "date-fns";
import { and, type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, customType, timestamp } from "drizzle-orm/pg-core";
import { firstIdAt } from "@/lib/ids";
import { open, seal } from "@/lib/keyring";

/** A text column that is encrypted in the database and plain in the program. `place` must be `table.column`. */
export function sealed(name: string, place: string) {
  return customType<{ data: string; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => seal(place, value),
    fromDriver: (value) => open(place, value),
  })(name);
}

/** The same for a JSON value. */
export function sealedJson<T>(name: string, place: string) {
  return customType<{ data: T; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => seal(place, JSON.stringify(value)),
    fromDriver: (value) => JSON.parse(open(place, value)),
  })(name);
}

/** A moment in time, to the millisecond. */
export function moment(name: string) {
  return timestamp(name, { withTimezone: true, precision: 3, mode: "date" });
}

/** `column in (…)` with the whole list as one parameter: the statement's text does not depend on the list's length, so it is planned once. */
export function anyOf(column: AnyPgColumn, values: readonly string[]): SQL {
  return sql`${column} = any(${sql.param([...values])}::text[])`;
}

/** What the clocks of an id and of its row's time may differ by. */
const CLOCK_TOLERANCE_MINUTES = 5;

/**
 * Ids begin with their time. Beside a condition on a time column, this one lets the rows of other times be passed over by the index
 * that the list is read by; it never takes away a row of the time between the two, both included.
 */
export function madeBetween(
  id: AnyPgColumn | SQL,
  prefix: string,
  from: Date | undefined,
  to: Date | undefined,
): SQL | undefined {
  const after = from && sql`${id} >= ${firstIdAt(prefix, subMinutes(from, CLOCK_TOLERANCE_MINUTES))}`;
  const before = to && sql`${id} < ${firstIdAt(prefix, addMinutes(to, CLOCK_TOLERANCE_MINUTES))}`;
  return and(after, before);
}
