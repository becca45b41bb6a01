import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { EnvSchema } from "@/lib/env";

test(".env.example names every variable the program reads, each with a sentence, and no other", async () => {
  const lines = (await readFile(".env.example", "utf8")).split("\n");
  const named = lines.flatMap((line, at) =>
    /^[A-Z]/.test(line) ? [{ name: line.replace(/=.*/, ""), above: lines[at - 1] ?? "" }] : [],
  );
  expect(named.map(({ name }) => name)).toEqual(Object.keys(EnvSchema.shape));
  for (const { name, above } of named) expect(above, name).toMatch(/^# .+\.$/);
});
