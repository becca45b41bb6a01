import { randomBytes } from "node:crypto";

// Runs before each test file is loaded, so that whatever reads the environment at import finds the file's own database.
const cluster = process.env.TEST_CLUSTER_URL ?? "";
const file = `test_${process.pid}_${randomBytes(6).toString("hex")}`;

Object.assign(process.env, {
  NODE_ENV: "test",
  LOG_LEVEL: process.env.TEST_LOG ?? "silent",
  DATABASE_URL: cluster.replace(/[^/]+$/, file),
  DATABASE_POOL: "8",
  ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString("base64")}`,
});
