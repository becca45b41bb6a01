// npm run db:migrate [-- --plan]: brings your own PostgreSQL to the shape that this version expects. Safe from many processes at once.
// It says beforehand what it will do and what waits meanwhile; with --plan it only says so.
import "server-only";
import postgres from "postgres";
import { MIGRATIONS, migrateDatabase } from "@/db/migrate";
import { describePlan, planMigrations } from "@/db/plan";
import { env } from "@/lib/env";
import { asProblem, Problem } from "@/server/problem";

const url = env().DATABASE_URL_DIRECT ?? env().DATABASE_URL;
if (!url) throw new Problem("DATABASE_URL is not set. The embedded database is brought up to date by `npm start`.");
const plan = await asProblem(async () => {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  return planMigrations(sql, MIGRATIONS).finally(() => sql.end());
});
process.stdout.write(`${describePlan(plan)}\n`);
if (!process.argv.includes("--plan")) {
  const startedAt = performance.now();
  // Also when no migration is left: a step that needs the keys may have been interrupted.
  await asProblem(() => migrateDatabase(url));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (plan.migrations.length > 0) process.stdout.write(`The database is up to date, after ${seconds} s.\n`);
}
