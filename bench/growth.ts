import { access, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  apiOf,
  arrivedBySecond,
  connectNumber,
  type Installation,
  medianMs,
  pause,
  phoneNumberIds,
  removeDataDir,
  runScript,
  seedToken,
  startInstallation,
  startStandIn,
} from "./harness";

/**
 * Two installations, one with few and one with many finished messages, take turns: how many messages a second ten numbers send
 * that nothing paces, and how long the list of messages takes, in the one as a ratio of the other.
 *   node scripts/run.mjs bench/growth.ts [--small 10000] [--large 10000000] [--rounds 3] [--seconds 15]
 *     [--dir DIR]  where the two are kept and found again; without it they are made and removed
 */
const given = (name: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const rounds = Number(given("rounds") ?? 3);
const seconds = Number(given("seconds") ?? 15);
const port = Number(given("port") ?? 3171);
const dir = given("dir") ?? (await mkdtemp(join(tmpdir(), "console-growth-")));
const NUMBERS = phoneNumberIds(10);
/** More than can be sent, so that no number runs dry. */
const WAITING = 550 * (seconds + 3);
const PEOPLE = 100_000;

const MEASURED = ["perSecond", "list", "listByStatus", "firstOverview", "overview"] as const;

type Side = { name: string; dataDir: string; history: number };
type Round = Record<(typeof MEASURED)[number], number>;
type Made = { token: string; integrationIds: string[]; filledAt: string };

const sides: Side[] = [
  { name: "small", dataDir: join(dir, "small"), history: Number(given("small") ?? 10_000) },
  { name: "large", dataDir: join(dir, "large"), history: Number(given("large") ?? 10_000_000) },
];
const standIn = await startStandIn({ port: port + 900, rate: 100_000, numbers: NUMBERS });
const results: Record<string, Round[]> = {};
try {
  for (const side of sides) await prepare(side);
  for (let round = 1; round <= rounds; round++) {
    for (const side of sides) {
      const result = await measure(side);
      console.error(`round ${round}, ${side.history} finished: ${JSON.stringify(result)}`);
      results[side.name] = [...(results[side.name] ?? []), result];
    }
  }
  const middle = (side: string, what: keyof Round) =>
    (results[side] ?? []).map((round) => round[what]).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
  const compared = MEASURED.map((what) => {
    const [small, large] = [middle("small", what), middle("large", what)];
    return [what, { small, large, ratio: Math.round((large / small) * 100) / 100 }];
  });
  console.log(JSON.stringify({ rounds, seconds, history: sides.map((side) => side.history), ...Object.fromEntries(compared) }));
} finally {
  await standIn.stop();
  if (!given("dir")) await removeDataDir(dir);
}

function start(side: Side): Promise<Installation> {
  return startInstallation({ port, dataDir: side.dataDir, env: { GRAPH_ALLOWED_HOSTS: `graph.facebook.com,${standIn.url}` } });
}

async function prepare(side: Side): Promise<void> {
  if (await isMade(side)) return;
  await mkdir(side.dataDir, { recursive: true });
  const app = await start(side);
  const integrationIds: string[] = [];
  let token = "";
  try {
    token = await seedToken(app);
    for (const phoneNumberId of NUMBERS)
      integrationIds.push(await connectNumber(apiOf(app.url, token), standIn.url, phoneNumberId));
  } finally {
    await app.stop();
  }
  await runScript("bench/fill.ts", ["high", ...integrationIds], app.environment);
  await runScript("bench/fill.ts", ["people", String(PEOPLE)], app.environment);
  await runScript("bench/fill.ts", ["finished", String(integrationIds[0]), String(side.history)], app.environment);
  const made: Made = { token, integrationIds, filledAt: new Date().toISOString() };
  await writeFile(join(side.dataDir, "bench.json"), JSON.stringify(made));
}

async function isMade(side: Side): Promise<boolean> {
  return access(join(side.dataDir, "bench.json")).then(
    () => true,
    () => false,
  );
}

async function measure(side: Side): Promise<Round> {
  const { token, integrationIds, filledAt }: Made = JSON.parse(await readFile(join(side.dataDir, "bench.json"), "utf8"));
  const app = await start(side);
  try {
    const api = apiOf(app.url, token);
    for (const id of integrationIds) await api("PATCH", `/api/v1/integrations/${id}`, { paused: true });
    await runScript("bench/fill.ts", ["forget", filledAt], app.environment);
    await runScript("bench/fill.ts", ["waiting", String(WAITING), ...integrationIds], app.environment);
    await standIn.reset();
    for (const id of integrationIds) await api("PATCH", `/api/v1/integrations/${id}`, { paused: false });
    await pause((seconds + 3) * 1000);
    const whole = arrivedBySecond(await standIn.stats(), seconds);
    for (const id of integrationIds) await api("PATCH", `/api/v1/integrations/${id}`, { paused: true });
    await pause(2_000);
    return {
      perSecond: Math.round(whole.reduce((sum, n) => sum + n, 0) / Math.max(1, whole.length)),
      list: await medianMs(api, "/api/v1/crm/whatsapp/messages?limit=50"),
      listByStatus: await medianMs(api, "/api/v1/crm/whatsapp/messages?limit=50&status=sent"),
      firstOverview: await medianMs(api, "/api/v1/overview", 1),
      overview: await medianMs(api, "/api/v1/overview"),
    };
  } finally {
    await app.stop();
  }
}
