import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { openDatabase } from "@/lib/ctx";
import { retryTransient } from "@/lib/transient";
import { type Db, driver } from "./client";
import { useTestDatabase } from "./testing";

useTestDatabase();

let db: Db;

beforeAll(async () => {
  db = await openDatabase();
});

async function pidOf(tx: Db): Promise<number> {
  const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  return row?.pid ?? 0;
}

/** As a restart of the server does to each of its connections. */
async function cut(pid: number): Promise<void> {
  await driver()`select pg_terminate_backend(${pid})`;
  await expect.poll(async () => (await driver()`select 1 from pg_stat_activity where pid = ${pid}`).length).toBe(0);
  // Until the driver has seen it too.
  await new Promise((resolve) => setTimeout(resolve, 50));
}

const codeOf = (error: unknown) =>
  String((error as { code?: unknown; cause?: { code?: unknown } }).code ?? (error as { cause?: { code?: unknown } }).cause?.code);

describe("a transaction whose connection is cut", () => {
  test("fails, also when it was between two statements, and the process lives on", async () => {
    let wentOn = false;
    const failed = await db
      .transaction(async (tx) => {
        await cut(await pidOf(tx));
        await tx.execute(sql`select 1`);
        wentOn = true;
      })
      .catch((error: unknown) => error);
    expect(codeOf(failed)).toBe("CONNECTION_CLOSED");
    expect(wentOn).toBe(false);
    expect(await pidOf(db)).toBeGreaterThan(0);
  });

  test("fails while a statement runs, inside a savepoint too", async () => {
    const failed = await db
      .transaction((tx) =>
        tx.transaction(async (inner) => {
          const pid = await pidOf(inner);
          setTimeout(() => void cut(pid), 50);
          await inner.execute(sql`select pg_sleep(5)`);
        }),
      )
      .catch((error: unknown) => error);
    expect(codeOf(failed)).toMatch(/^(57P01|CONNECTION_CLOSED|ECONNRESET)$/);
    expect(await pidOf(db)).toBeGreaterThan(0);
  });

  test("writes nothing afterwards through a connection that others have by then", async () => {
    await db.execute(sql`create table if not exists marks (who text)`);
    let goOn = () => {};
    const wait = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const late = db.transaction(async (tx) => {
      await cut(await pidOf(tx));
      await wait;
      await tx.execute(sql`insert into marks values ('late')`);
    });
    await expect(late).rejects.toThrow();
    // Every connection of the pool is in a transaction of somebody else's while the late statement comes.
    await Promise.all(
      Array.from({ length: 12 }, () =>
        // A connection that was cut refuses the first statement after it stands again.
        retryTransient(5_000, () =>
          db.transaction(async (tx) => {
            await tx.execute(sql`insert into marks values ('other')`);
            goOn();
            await new Promise((resolve) => setTimeout(resolve, 100));
          }),
        ),
      ),
    );
    const marks = await db.execute<{ who: string; count: number }>(
      sql`select who, count(*)::int as count from marks group by who`,
    );
    expect(marks).toEqual([{ who: "other", count: 12 }]);
  });

  test("is rolled back and says its own error when only a statement was wrong", async () => {
    await expect(db.transaction((tx) => tx.execute(sql`select 1 / 0`))).rejects.toMatchObject({ cause: { code: "22012" } });
    await expect(
      db.transaction(async () => {
        throw Object.assign(new Error("Somebody else's connection"), { code: "ECONNRESET" });
      }),
    ).rejects.toThrow("Somebody else's connection");
  });
});
