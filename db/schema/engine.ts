import { pgTable, text } from "drizzle-orm/pg-core";
import { moment } from "@/db/columns";

/**
 * Who is awake. A key with `until` in the future has a run that takes up what comes due, so that nobody need wake it; the key
 * `inngest` says until when Inngest is known to be well.
 */
export const engineRuns = pgTable("engine_runs", {
  key: text("key").primaryKey(),
  owner: text("owner").notNull(),
  until: moment("until").notNull(),
});
