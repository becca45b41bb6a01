import { type SQL, sql } from "drizzle-orm";
import { type AnyPgColumn, customType, timestamp } from "drizzle-orm/pg-core";
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
