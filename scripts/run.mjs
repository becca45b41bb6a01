// Runs a TypeScript file of the project: node scripts/run.mjs scripts/<file>.ts [arguments]

import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureDependencies, enterProject, explain } from "./prepare.mjs";

try {
  enterProject();
  await ensureDependencies();
  const file = resolve(process.argv[2] ?? "");
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: "scripts/tsconfig.json" });
  process.argv.splice(1, 2, file);
  await import(pathToFileURL(file).href);
} catch (error) {
  explain(error);
}
