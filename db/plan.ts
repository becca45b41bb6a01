import "server-only";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type postgres from "postgres";
import journal from "./migrations/meta/_journal.json";

/** What one statement does to those who work meanwhile. */
export type Effect = {
  /** Whose rows it reads or writes, one by one; null when it takes no time to speak of. */
  table: string | null;
  work: "index" | "rewrite" | "check" | null;
  /** Why the version before cannot work beside the new shape. */
  breaks: string | null;
};

export type Plan = {
  migrations: string[];
  /** What takes time, and how long at most where our figures were measured (docs/figures.md). Writes to the table wait meanwhile. */
  locks: { migration: string; table: string; work: NonNullable<Effect["work"]>; rows: number; seconds: number }[];
  /** What the version before would stumble over. Empty: it may go on working while this runs and beside the new version. */
  breaks: { migration: string; why: string }[];
};

/** Estimated high, after the totals of `bench/migrate.ts` on two shared cores: they say what kind of pause it is, not how long to the second. */
const SECONDS_PER_MILLION = { index: 4, rewrite: 60, check: 1 };

/** Pure: the effect of one statement of a migration. */
export function effectOf(statement: string): Effect {
  const text = statement.replace(/^\s*--.*$/gm, "").trim();
  const named = (pattern: RegExp) => pattern.exec(text)?.[1] ?? null;
  const index = named(/^create\s+(?:unique\s+)?index\s+(?!concurrently).*?\bon\s+"?(\w+)"?/is);
  if (index) return { table: index, work: "index", breaks: null };
  const updated = named(/^update\s+"?(\w+)"?/i);
  if (updated) return { table: updated, work: "rewrite", breaks: null };
  if (/^drop\s+table/i.test(text)) return { table: null, work: null, breaks: text };
  const altered = named(/^alter\s+table\s+"?(\w+)"?/i);
  if (!altered) return { table: null, work: null, breaks: null };
  const isContracting =
    /\b(drop\s+column|rename\s+(column|to)|set\s+not\s+null)\b/i.test(text) ||
    /\balter\s+column\b.*\btype\b/is.test(text) ||
    (/\badd\s+column\b/i.test(text) && /\bnot\s+null\b/i.test(text) && !/\bdefault\b/i.test(text));
  const isChecking = /\badd\s+constraint\b/i.test(text) && !/\bnot\s+valid\b/i.test(text);
  return { table: isChecking ? altered : null, work: isChecking ? "check" : null, breaks: isContracting ? text : null };
}

/** The statements of one migration, as the migrator runs them. */
export async function statementsOf(folder: string, tag: string): Promise<string[]> {
  const text = await readFile(join(folder, `${tag}.sql`), "utf8");
  return text.split("--> statement-breakpoint");
}

/** What `migrateDatabase` would do to this database, and what it costs. Changes nothing. */
export async function planMigrations(sql: postgres.Sql, folder: string): Promise<Plan> {
  const [ledger] = await sql<{ exists: boolean }[]>`select to_regclass('drizzle.__drizzle_migrations') is not null as exists`;
  const [newest] = ledger?.exists
    ? await sql<{ at: string | null }[]>`select max(created_at)::text as at from drizzle.__drizzle_migrations`
    : [];
  const pending = journal.entries.filter(({ when }) => when > Number(newest?.at ?? 0));
  const sizes = await sql<{ table: string; rows: number }[]>`
    select relname as table, greatest(reltuples, 0)::float8 as rows from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'r'`;
  const rowsOf = new Map(sizes.map(({ table, rows }) => [table, rows]));
  const plan: Plan = { migrations: pending.map(({ tag }) => tag), locks: [], breaks: [] };
  for (const migration of plan.migrations) {
    for (const statement of await statementsOf(folder, migration)) {
      const { table, work, breaks } = effectOf(statement);
      if (breaks) plan.breaks.push({ migration, why: breaks });
      const rows = rowsOf.get(table ?? "") ?? 0;
      if (!table || !work || rows < 1) continue;
      plan.locks.push({ migration, table, work, rows, seconds: (rows / 1_000_000) * SECONDS_PER_MILLION[work] });
    }
  }
  return plan;
}

/** The plan in sentences, for whoever decides when to upgrade. */
export function describePlan({ migrations, locks, breaks }: Plan): string {
  if (migrations.length === 0) return "The database is up to date.";
  const seconds = Math.ceil(locks.reduce((sum, lock) => sum + lock.seconds, 0));
  const tables = [...new Map(locks.map(({ table, rows }) => [table, rows]))].sort(([, a], [, b]) => b - a);
  return [
    `To be done: ${migrations.join(", ")}.`,
    locks.length === 0
      ? "Nothing in it takes time."
      : `It reads or writes ${tables.map(([table, rows]) => `${table} (${Math.round(rows).toLocaleString("en")} rows)`).join(", ")}: about ${seconds} s, in one transaction, in which writes to these tables wait.`,
    breaks.length === 0
      ? "The version before may go on working meanwhile, and beside the new one."
      : `Stop every process of the version before first. It would not work with the new shape:\n${breaks.map(({ migration, why }) => `  ${migration}: ${why.replace(/\s+/g, " ").slice(0, 120)}`).join("\n")}`,
  ].join("\n");
}
