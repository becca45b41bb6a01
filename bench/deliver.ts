import { apiOf, pause, removeDataDir, runScript, STAND_IN, startInstallation, startStandIn } from "./harness";

/**
 * One number at its set rate: how many messages a second arrive at the stand-in, and the most in any one-second window.
 *   node scripts/run.mjs bench/deliver.ts --rate 1000 --seconds 60 [--processes 2] [--numbers 10] [--webhooks]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const rate = option("rate", 1000);
const seconds = option("seconds", 60);
const processes = option("processes", 1);
const numbers = option("numbers", 1);
const withWebhooks = process.argv.includes("--webhooks");
const port = option("port", 3141);

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
  const perNumber = Math.ceil((rate * seconds * 1.05) / (numbers === 1 ? 1 : numbers));
  await runScript("bench/fill.ts", ["people", String(perNumber)], first.environment);
  for (const id of integrationIds) await api("PATCH", `/api/v1/integrations/${id}`, { paused: true });
  for (const id of integrationIds) await runScript("bench/fill.ts", ["waiting", id, String(perNumber)], first.environment);
  const others = [];
  const { readFile } = await import("node:fs/promises");
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
  await pause((seconds + 3) * 1000);
  const stats = await standIn.stats();
  const bySecond = new Map<number, number>();
  for (const number of stats.numbers)
    for (const s of number.perSecond) bySecond.set(s.second, (bySecond.get(s.second) ?? 0) + s.accepted);
  const whole = [...bySecond]
    .sort(([a], [b]) => a - b)
    .slice(1, seconds + 1)
    .map(([, n]) => n);
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
