import { defineConfig } from "vitest/config";

/** What needs the build but no browser. */
export default defineConfig({
  resolve: {
    alias: [
      { find: "server-only", replacement: new URL("../scripts/server-only.ts", import.meta.url).pathname },
      { find: /^@\//, replacement: new URL("../", import.meta.url).pathname },
    ],
  },
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["e2e/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 240_000,
  },
});
