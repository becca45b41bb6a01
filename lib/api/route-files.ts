import "server-only";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** A route file's exports by name. */
export type RouteModule = Record<string, unknown>;

/** Loads every `app/api/v1/…/route.ts`, sorted by path. For the API's description and the tests; the servers have tables of their own. */
export async function loadRouteFiles(): Promise<{ path: string; module: RouteModule }[]> {
  const root = resolve("app/api/v1");
  const entries = await readdir(root, { recursive: true });
  const files = entries.filter((entry) => /(^|[\\/])route\.ts$/.test(entry));
  const routes = await Promise.all(
    files.map(async (file) => ({
      path: pathOf(file),
      module: (await import(/* @vite-ignore */ join(root, file))) as RouteModule,
    })),
  );
  return routes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `crm/contacts/[id]/route.ts` is served at `/api/v1/crm/contacts/{id}`. */
function pathOf(file: string): string {
  const folders = file
    .split(/[\\/]/)
    .slice(0, -1)
    .filter((name) => !name.startsWith("("));
  return ["/api/v1", ...folders].join("/").replace(/\[(\w+)\]/g, "{$1}");
}
