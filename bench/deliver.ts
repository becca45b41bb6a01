import { readFile } from "node:fs/promises";
import {
  apiOf,
  arrivedBySecond,
  connectNumber,
  pause,
  phoneNumberIds,
  removeDataDir,
  residentMb,
  runScript,
  seedToken,
  startInstallation,
  startStandIn,
} from "./harness";

/**
 * One number at its set rate: how many messages a second arrive at the stand-in, and the most in any one-second window. Also
 * the memory above idle that the app takes meanwhile.
 *   node scripts/run.mjs bench/deliver.ts --rate 1000 --seconds 60 [--processes 2] [--numbers 10] [--webhooks]
 *  *     [--waiting 100000]    messages that wait, when more than what is sent
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rate = option("rate", 1000);
const seconds = option("seconds", 60);
const processes = option("processes", 1);
const numbers = option("numbers", 1);
const waiting = option("waiting", 0);
const withWebhooks = process.argv.includes("--webhooks");
const port = option("port", 3141);

const ids = phoneNumberIds(numbers);
const standIn = await startStandIn({
  port: port + 900,
  rate: 100_000,
  numbers: ids,
  ...(withWebhooks ? { webhookUrl: `http://127.0.0.1:${port}/api/v1/crm/whatsapp/webhook` } : {}),
});
const env = { GRAPH_ALLOWED_HOSTS: `graph.facebook.com,${standIn.url}` };
const first = await startInstallation({ port, env });
try {
  const api = apiOf(first.url, await seedToken(first));
  const integrationIds: string[] = [];
  for (const phoneNumberId of ids) integrationIds.push(await connectNumber(api, standIn.url, phoneNumberId));
  await runScript("bench/fill.ts", ["high", ...integrationIds], first.environment);
  const perNumber = Math.max(Math.ceil((rate * seconds * 1.05) / numbers), Math.ceil(waiting / numbers));
  await runScript("bench/fill.ts", ["people", String(perNumber)], first.environment);
  const idleMb = await residentMb(first.child.pid);
  for (const id of integrationIds) await api("PATCH", `/api/v1/integrations/${id}`, { paused: true });
  await runScript("bench/fill.ts", ["waiting", String(perNumber), ...integrationIds], first.environment);
  const others = [];
  const database = JSON.parse(await readFile(`${first.dataDir}/database.json`, "utf8")).url;
  const keys = /ENCRYPTION_KEYS=(.*)/.exec(await readFile(`${first.dataDir}/keys.env`, "utf8"))?.[1] ?? "";
  for (let i = 1; i < processes; i++)
    others.push(await startInstallation({ port: port + i, env: { ...env, DATABASE_URL: database, ENCRYPTION_KEYS: keys } }));
  await standIn.reset();
  for (const id of integrationIds)
    await api("PATCH", `/api/v1/integrations/${id}`, {
      paused: false,
      ...(numbers === 1 && rate < 1000 ? { ratePerSecond: rate } : {}),
    });
  let peakMb = 0;
  for (const until = Date.now() + (seconds + 3) * 1000; Date.now() < until; await pause(500))
    peakMb = Math.max(peakMb, await residentMb(first.child.pid));
  const stats = await standIn.stats();
  const whole = arrivedBySecond(stats, seconds);
  const result = {
    rate,
    seconds,
    processes,
    numbers,
    webhooks: withWebhooks,
    bySecond: whole,
    perSecond: Math.round((whole.reduce((sum, n) => sum + n, 0) / Math.max(1, whole.length)) * 10) / 10,
    leastInASecond: Math.min(...whole),
    mostInAnyOneSecondWindow: Math.max(...stats.numbers.map((n) => n.certainInAnySecond)),
    mostAsRead: Math.max(...stats.numbers.map((n) => n.maxInAnySecond)),
    memoryAboveIdleMb: peakMb - idleMb,
    idleMb,
    waiting: perNumber * numbers,
    doubled: stats.callbacks.doubled,
    refused: Object.assign({}, ...stats.numbers.map((n) => n.refused)),
  };
  console.log(JSON.stringify(result));
  for (const other of others) {
    await other.stop();
    await removeDataDir(other.dataDir);
  }
} finally {
  await first.stop();
  await standIn.stop();
  await removeDataDir(first.dataDir);
}
