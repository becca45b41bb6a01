import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** From the ground up: a folder of `lib` imports those below it, its storey's neighbours never. */
const STOREYS: readonly (readonly string[])[] = [
  ["i18n", "http"],
  ["whatsapp"],
  ["organizations", "sandbox"],
  ["auth", "integrations"],
  ["media"],
  ["api", "templates", "contacts"],
  ["connection-test", "messages"],
  ["dispatch", "conversations", "insights", "campaigns", "preferences"],
  ["webhooks", "subscriptions"],
];

/** `lib/env.ts` and the other single files are the ground; they import no folder. */
const GROUND = "single files";
const IMPORT = /(?:from\s+|import\(\s*|^import\s+)"([^"]+)"/gm;

type Import = { file: string; from: string; to: string };

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesIn(path);
    return /\.tsx?$/.test(path) && !/\.test\.tsx?$|\btesting\.ts$/.test(path) ? [path] : [];
  });
}

function folderOf(path: string): string | null {
  const [lib, folder, ...rest] = path.split("/");
  return lib !== "lib" || !folder ? null : rest.length > 0 ? folder : GROUND;
}

const imports: Import[] = filesIn("lib").flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(IMPORT)].flatMap(([, named = ""]) => {
    const path = named.startsWith("@/") ? named.slice(2) : named.startsWith(".") ? join(file, "..", named) : "";
    const [from, to] = [folderOf(file), folderOf(path)];
    return from && to && from !== to ? [{ file, from, to }] : [];
  }),
);
const storeyOf = (folder: string) => (folder === GROUND ? -1 : STOREYS.findIndex((storey) => storey.includes(folder)));

test("every folder of lib has a storey", () => {
  const folders = new Set(imports.flatMap(({ from, to }) => [from, to]));
  expect(folders.size).toBeGreaterThan(10);
  expect([...folders].filter((folder) => folder !== GROUND && storeyOf(folder) < 0)).toEqual([]);
});

test("the folders of lib import downward only", () => {
  const upward = imports.filter(({ from, to }) => storeyOf(to) >= storeyOf(from));
  expect(upward.map(({ file, to }) => `${file} imports ${to}`)).toEqual([]);
});
