import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { describeError, makeLog } from "./log";

useTestDatabase();

test("of a failed statement the log has the kind and the place, and none of its values", async () => {
  const db = await openDatabase();
  await db.execute(sql`create table people (email text primary key)`);
  const insert = () => db.execute(sql`insert into people values (${"ayse@example.com"})`);
  await insert();
  const shown = describeError(await insert().catch((error: unknown) => error));
  expect(shown).toMatchObject({ type: "DrizzleQueryError", cause: { type: "PostgresError", code: "23505" } });
  expect(shown.stack).toMatch(/^\s+at /);
  expect(JSON.stringify(shown)).not.toContain("ayse@example.com");
  expect(JSON.stringify(shown)).not.toContain("insert into");
});

test("our own errors keep their words and their cause", () => {
  const shown = describeError(new Error("An answer does not fit", { cause: new TypeError("because") }));
  expect(shown).toMatchObject({ type: "Error", cause: { type: "TypeError" } });
  expect(shown.stack).toContain("An answer does not fit");
});

test("what is long is cut, and a stack too", () => {
  const lines: string[] = [];
  const short = makeLog({ write: (line) => void lines.push(line) }, "info");
  short.info({ code: "A".repeat(1_000_000), err: new Error("B".repeat(1_000_000)) }, "Seen");
  expect(lines.join().length).toBeLessThan(20_000);
  expect(lines.join()).toContain("(1000000 characters)");
});
