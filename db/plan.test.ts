import postgres from "postgres";
import { describe, expect, test } from "vitest";
import { MIGRATIONS } from "./migrate";
import journal from "./migrations/meta/_journal.json";
import { describePlan, effectOf, planMigrations, statementsOf } from "./plan";
import { useTestDatabase } from "./testing";

useTestDatabase();

/** The last migration of 0.2.0. What comes later must let the version before work on. */
const LAST_OF_0_2_0 = 11;

describe("what a statement does to those who work meanwhile", () => {
  test.each([
    [`CREATE INDEX "a" ON "messages" USING btree ("id");`, "messages", "index", false],
    [`CREATE UNIQUE INDEX "a" ON "integrations" USING btree ("id") WHERE not sandbox;`, "integrations", "index", false],
    [`CREATE INDEX CONCURRENTLY "a" ON "messages" USING btree ("id");`, null, null, false],
    [`-- Why.\nUPDATE "messages" SET "waits_for" = 'x';`, "messages", "rewrite", false],
    [`update contacts c set a = 1`, "contacts", "rewrite", false],
    [`ALTER TABLE "messages" ADD COLUMN "a" text;`, null, null, false],
    [`ALTER TABLE "messages" ADD COLUMN "a" text DEFAULT 'x' NOT NULL;`, null, null, false],
    [`ALTER TABLE "messages" ADD COLUMN "a" text NOT NULL;`, null, null, true],
    [`ALTER TABLE "messages" DROP COLUMN "a";`, null, null, true],
    [`ALTER TABLE "pairs" RENAME COLUMN "a" TO "b";`, null, null, true],
    [`ALTER TABLE "messages" ALTER COLUMN "a" SET NOT NULL;`, null, null, true],
    [`ALTER TABLE "messages" ALTER COLUMN "a" DROP NOT NULL;`, null, null, false],
    [`ALTER TABLE "messages" ALTER COLUMN "a" SET DATA TYPE bigint;`, null, null, true],
    [`ALTER TABLE "messages" ADD CONSTRAINT "a" CHECK (true);`, "messages", "check", false],
    [`ALTER TABLE "messages" ADD CONSTRAINT "a" CHECK (true) NOT VALID;`, null, null, false],
    [`DROP TABLE "messages";`, null, null, true],
    [`CREATE TABLE "a" ("id" text PRIMARY KEY NOT NULL);`, null, null, false],
  ])("%s", (statement, table, work, breaks) => {
    const effect = effectOf(statement);
    expect([effect.table, effect.work, effect.breaks !== null]).toEqual([table, work, breaks]);
  });
});

test("every migration since 0.2.0 lets the version before work on", async () => {
  const later = journal.entries.filter(({ idx }) => idx > LAST_OF_0_2_0);
  for (const { tag } of later)
    for (const statement of await statementsOf(MIGRATIONS, tag)) expect(effectOf(statement).breaks, tag).toBeNull();
});

test("a plan says what is to be done, for how many rows, and whether the version before must stop", async () => {
  const sql = postgres(process.env.DATABASE_URL ?? "", { max: 1, onnotice: () => undefined });
  try {
    expect(describePlan(await planMigrations(sql, MIGRATIONS))).toBe("The database is up to date.");
    const [before] = journal.entries.filter(({ idx }) => idx === 3);
    await sql`delete from drizzle.__drizzle_migrations where created_at > ${before?.when ?? 0}`;
    const plan = await planMigrations(sql, MIGRATIONS);
    expect(plan.migrations[0]).toBe("0004_messages_in_both_directions");
    expect(plan.breaks).toContainEqual({
      migration: "0005_contact_addresses",
      why: 'ALTER TABLE "messages" DROP COLUMN "recipient_index";',
    });
    expect(describePlan(plan)).toContain("Stop every process of the version before first.");
    expect(
      describePlan({
        ...plan,
        breaks: [],
        locks: [{ migration: "0004", table: "messages", work: "index", rows: 2_500_000, seconds: 10 }],
      }),
    ).toContain("messages (2,500,000 rows): about 10 s");
  } finally {
    await sql.end();
  }
});
