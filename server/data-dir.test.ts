import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseKeys } from "@/lib/crypto";
import { holderOf, lockDataDir, makeDataDir, readGeneratedKeys } from "./data-dir";

let folder = "";

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "data-dir-")), "data");
  await makeDataDir(folder);
});
afterEach(() => rm(join(folder, ".."), { recursive: true, force: true }));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

test("the data directory is for its owner's eyes only", async () => {
  expect(await modeOf(folder)).toBe("700");
});

test("a living holder keeps others out, and is named", async () => {
  const release = await lockDataDir(folder);
  expect(await holderOf(folder)).toMatchObject({ pid: process.pid });
  await expect(lockDataDir(folder)).rejects.toThrow(`The data directory ${folder} is in use by process ${process.pid}.`);
  release();
  expect(await holderOf(folder)).toBeUndefined();
});

test("a dead holder does not, nor one whose number a stranger has now", async () => {
  for (const holder of [
    { pid: 2 ** 22 - 7, startedAt: "long ago" },
    { pid: process.ppid, startedAt: "long ago" },
  ]) {
    await writeFile(join(folder, "lock"), JSON.stringify(holder));
    (await lockDataDir(folder))();
  }
});

test("keys are made once, readable by the owner only", async () => {
  const keys = await readGeneratedKeys(folder);
  expect(parseKeys(keys)).toHaveLength(1);
  expect(await readGeneratedKeys(folder)).toBe(keys);
  expect(await modeOf(join(folder, "keys.env"))).toBe("600");
  expect(await readFile(join(folder, "keys.env"), "utf8")).toContain(`\nENCRYPTION_KEYS=${keys}\n`);
});

test("lost keys are not replaced while a database is there that needs them", async () => {
  await mkdir(join(folder, "postgres"));
  await expect(readGeneratedKeys(folder)).rejects.toThrow("keys.env is missing");
});
