import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

type Entry = { version?: string; integrity?: string; resolved?: string; link?: boolean };

test("the lockfile knows every package's hash, also of other platforms, and no registry", async () => {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8")) as { packages: Record<string, Entry> };
  const entries = Object.entries(packages).filter(([path]) => path !== "");
  expect(entries.length).toBeGreaterThan(500);
  expect(entries.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""))).toEqual([]);
  expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});
