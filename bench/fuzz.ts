import { readFile } from "node:fs/promises";
import { apiOf, removeDataDir, seedToken, startInstallation } from "./harness";
import { type OpenApi, oddRequests, sendOdd } from "./odd-requests";

/**
 * Odd requests against a whole installation: the API by its own description, pages, sign-in, Meta's door. Fails when one of them is
 * answered with 5xx, or not at all. The same seed sends the same requests.
 *   node scripts/run.mjs bench/fuzz.ts [--requests 100000] [--seed 1] [--port 3181]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const count = option("requests", 100_000);
const seed = option("seed", Math.floor(Math.random() * 2 ** 32));
const PAGES = [
  "/",
  "/login",
  "/setup",
  "/link",
  "/messages",
  "/compose",
  "/templates",
  "/contacts",
  "/integrations",
  "/sandbox",
  "/settings",
  "/settings/audit",
];

const app = await startInstallation({ port: option("port", 3181) });
try {
  const token = await seedToken(app);
  const api = apiOf(app.url, token);
  const ids: string[] = [];
  for (const list of ["crm/contacts", "crm/whatsapp/messages", "crm/whatsapp/templates", "integrations"]) {
    const { body } = await api("GET", `/api/v1/${list}?limit=5`);
    ids.push(...((body as { data?: { id: string }[] }).data ?? []).map(({ id }) => id));
  }
  const description = JSON.parse(await readFile("public/openapi.json", "utf8")) as OpenApi;
  console.log(`seed ${seed}`);
  const { statuses, failures } = await sendOdd(app.url, oddRequests(description, { token, ids, pages: PAGES }, seed), count);
  console.log(JSON.stringify({ requests: count, statuses, failures: failures.length }));
  for (const failure of failures.slice(0, 20)) console.log(JSON.stringify(failure));
  process.exitCode = failures.length > 0 ? 1 : 0;
} finally {
  await app.stop();
  await removeDataDir(app.dataDir);
}
