import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { database } from "./client";
import { useTestDatabase } from "./testing";

useTestDatabase();

test("a test file has a migrated database of its own", async () => {
  const [row] = await database().execute<{ name: string; installed: number }>(
    sql`select current_database() as name, (select count(*)::int from installation) as installed`,
  );
  expect(row?.name).toMatch(/^test_/);
  expect(row?.installed).toBe(0);
});
