import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as esbuild from "esbuild";

const API = "app/api";

/** Bundles server/serve.ts with the handlers of app/api into `<folder>/<name>.mjs`, and the thread that carries its calls beside it; packages stay outside. */
export async function build(folder, name) {
  await esbuild.build({
    entryPoints: [
      { in: "server/serve.ts", out: name },
      { in: "server/courier.ts", out: "courier" },
    ],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    packages: "external",
    sourcemap: true,
    logLevel: "warning",
    jsx: "automatic",
    tsconfig: "tsconfig.json",
    plugins: [paths, routes],
  });
  await esbuild.stop();
}

/** `@/` is the project's folder; Next's own modules need their extension outside of a bundler. */
const paths = {
  name: "paths",
  setup(build) {
    build.onResolve({ filter: /^server-only$/ }, () => ({ path: resolve("scripts/server-only.ts") }));
    build.onResolve({ filter: /^@\// }, ({ path, ...rest }) =>
      build.resolve(`./${path.slice(2)}`, { resolveDir: resolve("."), kind: rest.kind }),
    );
    build.onResolve({ filter: /^next\/[a-z-/]+$/ }, ({ path }) => ({ path: `${path}.js`, external: true }));
  },
};

/** The module `virtual:routes`: every app/api/…/route.ts with its path, as Next would find them. */
const routes = {
  name: "routes",
  setup(build) {
    build.onResolve({ filter: /^virtual:routes$/ }, () => ({ path: "routes", namespace: "routes" }));
    build.onLoad({ filter: /.*/, namespace: "routes" }, async () => {
      const files = await findRoutes(API);
      const imports = files.map((file, i) => `import * as r${i} from ${JSON.stringify(`./${file}`)};`);
      const entries = files.map((file, i) => `  { path: ${JSON.stringify(pathOf(file))}, handlers: r${i} },`);
      return {
        contents: [...imports, "export const routes = [", ...entries, "];"].join("\n"),
        resolveDir: resolve("."),
        loader: "js",
      };
    });
  },
};

async function findRoutes(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return findRoutes(path);
      return entry.name === "route.ts" ? [path] : [];
    }),
  );
  return found.flat().sort();
}

/** app/api/v1/(group)/contacts/[id]/route.ts → /api/v1/contacts/[id] */
function pathOf(file) {
  const folders = file.split("/").slice(1, -1);
  return `/${folders.filter((name) => !name.startsWith("(")).join("/")}`;
}
