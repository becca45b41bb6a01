import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { directDriver } from "@/db/client";
import { useTestDatabase } from "@/db/testing";

useTestDatabase();

const sql = () => directDriver();
const DAY_MS = 86_400_000;
const COMPLETED = 300;
const RUNNING = 200;

// As much of Inngest's tables as the statements look at.
beforeAll(async () => {
  await sql().unsafe(`
    create table trace_runs (run_id char(26) primary key, status int not null, ended_at bigint);
    create table spans (run_id char(26)); create table traces (run_id char(26)); create table event_batches (run_id char(26));
    create table function_runs (run_id bytea primary key, event_id bytea);
    create table function_finishes (run_id bytea primary key, created_at timestamp);
    create table history (run_id bytea);
    create table events (internal_id bytea primary key, received_at timestamp)`);
});

const TABLES = ["trace_runs", "spans", "traces", "event_batches", "function_runs", "function_finishes", "history", "events"];

async function addRun(name: string, { startedDaysAgo, endedDaysAgo }: { startedDaysAgo: number; endedDaysAgo: number | null }) {
  const id = name.padEnd(26, "0");
  const bytes = Buffer.from(name);
  const ago = (days: number) => sql()`now() - ${days} * interval '1 day'`;
  // A run that has not ended has 0 there.
  const endedAt = endedDaysAgo === null ? 0 : Date.now() - endedDaysAgo * DAY_MS;
  await sql()`insert into trace_runs values (${id}, ${endedDaysAgo === null ? RUNNING : COMPLETED}, ${endedAt})`;
  for (const table of ["spans", "traces", "event_batches"]) await sql()`insert into ${sql()(table)} values (${id})`;
  await sql()`insert into events values (${bytes}, ${ago(startedDaysAgo)})`;
  await sql()`insert into function_runs values (${bytes}, ${bytes})`;
  await sql()`insert into history values (${bytes})`;
  if (endedDaysAgo !== null) await sql()`insert into function_finishes values (${bytes}, ${ago(endedDaysAgo)})`;
}

async function countAll(): Promise<Record<string, number>> {
  const counts = await Promise.all(TABLES.map((table) => sql()`select count(*)::int as n from ${sql()(table)}`));
  return Object.fromEntries(TABLES.map((table, i) => [table, counts[i]?.[0]?.n]));
}

test("the nightly statements take what ended long ago and leave what still sleeps, and what ended lately", async () => {
  await addRun("old", { startedDaysAgo: 9, endedDaysAgo: 8 });
  await addRun("sleeping", { startedDaysAgo: 40, endedDaysAgo: null });
  await addRun("fresh", { startedDaysAgo: 2, endedDaysAgo: 1 });
  await sql()`insert into events values (${Buffer.from("without a run")}, now() - interval '9 days')`;

  await sql().unsafe(await readFile("docs/inngest-retention.sql", "utf8"));

  expect(await countAll()).toEqual({
    trace_runs: 2,
    spans: 2,
    traces: 2,
    event_batches: 2,
    function_runs: 2,
    function_finishes: 1,
    history: 2,
    events: 2,
  });
  const left = await sql()`select trim(trailing '0' from run_id) as name from trace_runs order by 1`;
  expect(left.map(({ name }) => name)).toEqual(["fresh", "sleeping"]);
});
