import { EVENT_KEY, SIGNING_KEY, startInngestServer } from "@/inngest/testing-server";
import {
  apiOf,
  connectNumber,
  pause,
  removeDataDir,
  runScript,
  STAND_IN,
  seedToken,
  startInstallation,
  startStandIn,
} from "./harness";

/**
 * How many steps Inngest is asked for per 1,000 messages: the app with its functions, driven over signed HTTP by Inngest's own
 * protocol, sends through one number.
 *   node scripts/run.mjs bench/steps.ts [--messages 10000] [--rate 1000]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const messages = option("messages", 10_000);
const rate = option("rate", 1_000);
const port = option("port", 3191);
const WITHIN_MS = 600_000;

const inngest = await startInngestServer();
const standIn = await startStandIn({
  port: port + 900,
  rate: 100_000,
  webhookUrl: `http://127.0.0.1:${port}/api/v1/crm/whatsapp/webhook`,
});
const app = await startInstallation({
  port,
  env: {
    GRAPH_ALLOWED_HOSTS: `graph.facebook.com,${standIn.url}`,
    INNGEST_BASE_URL: inngest.url,
    INNGEST_EVENT_KEY: EVENT_KEY,
    INNGEST_SIGNING_KEY: SIGNING_KEY,
  },
});
try {
  while (inngest.functions.size === 0) await pause(100);
  const api = apiOf(app.url, await seedToken(app));
  const id = await connectNumber(api, standIn.url, STAND_IN.phoneNumberId);
  await runScript("bench/fill.ts", ["high", id], app.environment);
  await runScript("bench/fill.ts", ["people", String(messages)], app.environment);
  await api("PATCH", `/api/v1/integrations/${id}`, { paused: true, ratePerSecond: rate });
  await runScript("bench/fill.ts", ["waiting", String(messages), id], app.environment);
  await standIn.reset();
  const before = inngest.runs.length;
  const sweep = [...inngest.functions.keys()].find((key) => key.endsWith("-sweep")) ?? "";
  await api("PATCH", `/api/v1/integrations/${id}`, { paused: false });
  inngest.fire(sweep);
  const sweeping = setInterval(() => inngest.fire(sweep), 60_000);
  const startedAt = Date.now();
  while ((await standIn.stats()).accepted < messages && Date.now() - startedAt < WITHIN_MS) await pause(250);
  const seconds = (Date.now() - startedAt) / 1000;
  // The last run ends, and with it its steps are counted.
  await pause(5_000);
  clearInterval(sweeping);
  const { accepted, callbacks } = await standIn.stats();
  const byFunction: Record<string, number> = {};
  for (const run of inngest.runs.slice(before)) {
    const name = run.functionId.replace("dese-whatsapp-console-", "");
    byFunction[name] = (byFunction[name] ?? 0) + run.steps;
  }
  const perThousand = (steps: number) => Math.round((steps / accepted) * 100_000) / 100;
  console.log(
    JSON.stringify({
      messages,
      arrived: accepted,
      doubled: callbacks.doubled,
      seconds: Math.round(seconds),
      steps: byFunction,
      stepsPerThousand: perThousand(Object.values(byFunction).reduce((sum, steps) => sum + steps, 0)),
      dispatchStepsPerThousand: perThousand(byFunction.dispatch ?? 0),
    }),
  );
} finally {
  await app.stop();
  await standIn.stop();
  await inngest.stop();
  await removeDataDir(app.dataDir);
}
