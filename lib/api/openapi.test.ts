import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { describeApi, operationsOf } from "./openapi";
import { loadRouteFiles } from "./route-files";

let routes: Awaited<ReturnType<typeof loadRouteFiles>>;

beforeAll(async () => {
  routes = await loadRouteFiles();
});

it("matches public/openapi.json; `npm run openapi` writes it anew", async () => {
  const written: unknown = JSON.parse(await readFile("public/openapi.json", "utf8"));
  expect(JSON.parse(JSON.stringify(describeApi(routes)))).toEqual(written);
});

it("gives every operation a name of its own", () => {
  const names = Object.values(describeApi(routes).paths ?? {}).flatMap((path) =>
    Object.values(path).map((operation) => operation.operationId),
  );
  expect(names).toEqual([...new Set(names)]);
});

it("describes every route file", () => {
  for (const { path, module } of routes) expect(operationsOf(module), path).not.toEqual([]);
});
