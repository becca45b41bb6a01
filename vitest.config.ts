import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: {
    alias: [
      { find: "server-only", replacement: new URL("./scripts/server-only.ts", import.meta.url).pathname },
      { find: /^@\//, replacement: new URL("./", import.meta.url).pathname },
    ],
  },
  test: {
    include: ["{app,bench,components,db,inngest,lib,scripts,server}/**/*.test.{ts,tsx}"],
    globalSetup: "db/testing-cluster.ts",
    setupFiles: "db/testing-setup.ts",
    pool: "forks",
    // The database server needs a core too.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
