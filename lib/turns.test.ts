import { sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { type Ctx, openDatabase, systemCtx } from "@/lib/ctx";
import { inTurn } from "./turns";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

/** A question that stays open until it is told. */
function ask(ctx: Ctx, log: string[]) {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((done) => {
    finish = done;
  });
  let begin: () => void = () => undefined;
  const began = new Promise<void>((done) => {
    begin = done;
  });
  const answer = inTurn(ctx, async () => {
    log.push(ctx.organizationId);
    begin();
    await finished;
  });
  return {
    began,
    finish: () => {
      finish();
      return answer;
    },
  };
}

test("two of one organization are asked at once, a third waits, and another organization passes it", async () => {
  const [a, b] = [systemCtx(db, "org_a"), systemCtx(db, "org_b")];
  const log: string[] = [];
  const [first, second, third] = [ask(a, log), ask(a, log), ask(a, log)];
  await Promise.all([first.began, second.began]);
  const other = ask(b, log);
  await other.began;
  expect(log).toEqual(["org_a", "org_a", "org_b"]);
  await first.finish();
  await third.began;
  expect(log).toEqual(["org_a", "org_a", "org_b", "org_a"]);
  await Promise.all([second.finish(), third.finish(), other.finish()]);
});

test("all organizations together leave half of the connections to others", async () => {
  const log: string[] = [];
  const asked = Array.from({ length: 10 }, (_, i) => ask(systemCtx(db, `org_${i}`), log));
  await Promise.all(asked.slice(0, 4).map(({ began }) => began));
  expect(log).toHaveLength(4);
  for (const { began, finish } of asked) {
    await began;
    await finish();
  }
  expect(log).toHaveLength(10);
});

test("the fifty-first in line is refused, and one that fails frees its place", async () => {
  const ctx = systemCtx(db, "org_c");
  const log: string[] = [];
  const open = [ask(ctx, log), ask(ctx, log)];
  const waiting = Array.from({ length: 50 }, () => inTurn(ctx, async () => Promise.reject(new Error("no"))));
  await expect(inTurn(ctx, async () => undefined)).rejects.toMatchObject({ code: "too_many_attempts" });
  const ends = Promise.allSettled(waiting);
  for (const one of open) await one.finish();
  expect((await ends).map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => "rejected"));
  expect(await inTurn(ctx, async () => "answered")).toBe("answered");
});

test("a question that takes too long ends with an error of its own, not as a failure of ours", async () => {
  const slow = inTurn(systemCtx(db, "org_d"), async ({ db: tx }) => {
    await tx.execute(sql`set local statement_timeout = '20ms'`);
    await tx.execute(sql`select pg_sleep(10)`);
  });
  await expect(slow).rejects.toMatchObject({ code: "took_too_long" });
  const limit = await inTurn(systemCtx(db, "org_d"), ({ db: tx }) => tx.execute(sql`show statement_timeout`));
  expect(limit[0]).toEqual({ statement_timeout: "10s" });
});
