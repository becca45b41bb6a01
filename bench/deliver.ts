import { readFile } from "node:fs/promises";
import { apiOf, pause, removeDataDir, residentMb, runScript, STAND_IN, startInstallation, startStandIn } from "./harness";

/**
 * One number at its set rate: how many messages a second arrive at the stand-in, and the most in any one-second window. Also
 * the memory above idle that the app takes meanwhile, and how long the list of messages takes.
 *   node scripts/run.mjs bench/deliver.ts --rate 1000 --seconds 60 [--processes 2] [--numbers 10] [--webhooks]
 *     [--history 10000000]  finished messages in the table before
 *     [--waiting 100000]    messages that wait, when more than what is sent
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rate = option("rate", 1000);
const seconds = option("seconds", 60);
const processes = option("processes", 1);
const numbers = option("numbers", 1);
const history = option("history", 0);
const waiting = option("waiting", 0);
const withWebhooks = process.argv.includes("--webhooks");
const port = option("port", 3141);
/** Lists asked for when all is over; the middle one counts. */
const LISTED = 100;

const ids = Array.from({ length: numbers }, (_, i) => (numbers === 1 ? STAND_IN.phoneNumberId : `${STAND_IN.phoneNumberId}${i}`));
const standIn = await startStandIn({
  port: port + 900,
  rate: 100_000,
  numbers: ids,
  ...(withWebhooks ? { webhookUrl: `http://127.0.0.1:${port}/api/v1/crm/whatsapp/webhook` } : {}),
});
const env = { GRAPH_ALLOWED_HOSTS: `graph.facebook.com,${standIn.url}` };
const first = await startInstallation({ port, env });
try {
  const seed = JSON.parse((await runScript("scripts/seed.ts", ["--json"], first.environment)).trim().split("\n").at(-1) ?? "{}");
  const api = apiOf(first.url, seed.token);
  const integrationIds: string[] = [];
  for (const phoneNumberId of ids) {
    const made = await api("POST", "/api/v1/integrations", {
      provider: "meta",
      category: "whatsapp",
      apiKey: STAND_IN.token,
      endpointUrl: `${standIn.url}/v26.0`,
      config: { phoneNumberId, businessAccountId: STAND_IN.businessAccountId, appSecret: STAND_IN.appSecret },
    });
    const id = String(made.body.id);
    const tested = await api("POST", `/api/v1/integrations/${id}/test`);
    if (tested.body.status !== "verified")
      throw new Error(`Not verified: ${JSON.stringify(tested.body)} ${JSON.stringify(made.body)}`);
    integrationIds.push(id);
  }
  await runScript("bench/fill.ts", ["high", ...integrationIds], first.environment);
  const perNumber = Math.max(Math.ceil((rate * seconds * 1.05) / numbers), Math.ceil(waiting / numbers));
  await runScript("bench/fill.ts", ["people", String(perNumber)], first.environment);
  if (history > 0) await runScript("bench/fill.ts", ["finished", String(integrationIds[0]), String(history)], first.environment);
  const idleMb = await residentMb(first.child.pid);
  for (const id of integrationIds) await api("PATCH", `/api/v1/integrations/${id}`, { paused: true });
  for (const id of integrationIds) await runScript("bench/fill.ts", ["waiting", id, String(perNumber)], first.environment);
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
  const bySecond = new Map<number, number>();
  for (const number of stats.numbers)
    for (const s of number.perSecond) bySecond.set(s.second, (bySecond.get(s.second) ?? 0) + s.accepted);
  const whole = [...bySecond]
    .sort(([a], [b]) => a - b)
    .slice(1, seconds + 1)
    .map(([, n]) => n);
  const listMs: number[] = [];
  for (let i = 0; i < LISTED; i++) {
    const from = performance.now();
    const { status } = await api("GET", "/api/v1/crm/whatsapp/messages?limit=50");
    if (status === 200) listMs.push(performance.now() - from);
  }
  listMs.sort((a, b) => a - b);
  const result = {
    rate,
    seconds,
    processes,
    numbers,
    webhooks: withWebhooks,
    perSecond: Math.round((whole.reduce((sum, n) => sum + n, 0) / Math.max(1, whole.length)) * 10) / 10,
    leastInASecond: Math.min(...whole),
    mostInAnyOneSecondWindow: Math.max(...stats.numbers.map((n) => n.certainInAnySecond)),
    mostAsRead: Math.max(...stats.numbers.map((n) => n.maxInAnySecond)),
    memoryAboveIdleMb: peakMb - idleMb,
    idleMb,
    waiting: perNumber * numbers,
    history,
    listP50Ms: Math.round((listMs[LISTED / 2] ?? 0) * 10) / 10,
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
