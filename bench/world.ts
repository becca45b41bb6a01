import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type BenchDatabase, startDatabase } from "./database";
import {
  type Api,
  apiOf,
  connectNumber,
  type Installation,
  pause,
  removeDataDir,
  runScript,
  STAND_IN,
  seedToken,
  startInstallation,
  startStandIn,
} from "./harness";
import { countOpen, judge, readArrivals, readTold, type Told, type Verdict } from "./judge";

/** How long nothing may change before a run counts as stuck: longer than a lease and the settle time together. */
const STUCK_MS = 6 * 60_000;

type Options = { port: number; processes: number; people: number; ratePerSecond: number; ownDatabase: boolean };

/** One or several app processes that send through one number to the stand-in, which answers with webhooks. */
export type World = {
  apps: Installation[];
  standIn: Awaited<ReturnType<typeof startStandIn>>;
  database: BenchDatabase | undefined;
  integrationId: string;
  api: Api;
  /** Kills or stops one process and starts it again on the same port and data. */
  restartApp(index: number, signal: NodeJS.Signals): Promise<void>;
  /** Pauses the number and lets so many messages wait. */
  fill(messages: number): Promise<void>;
  setRate(perSecond: number): Promise<void>;
  /** Messages a second that may leave. */
  rate(): Promise<number>;
  /** Changes how the stand-in behaves from now on. */
  setFaults(faults: object): Promise<void>;
  pause(): Promise<void>;
  /** Ends whatever pause there is. */
  resume(): Promise<void>;
  /** Waits until the number is paused, and says why. */
  pausedBy(): Promise<string>;
  /** Starts or stops processes until there are so many. */
  scale(processes: number): Promise<void>;
  accepted(): Promise<number>;
  /** Resolves when the stand-in has accepted so many more messages than at `before`, or everything has ended. */
  arrived(more: number, before: number): Promise<void>;
  databaseUrl(): Promise<string>;
  /** Resolves when every message filled in last has its end, every webhook was delivered and every body processed. */
  settled(): Promise<void>;
  /** The messages filled in last, as the database has them. */
  told(): Promise<Told[]>;
  /** Of the messages filled in last. */
  verdict(): Promise<Verdict>;
  stop(): Promise<void>;
};

export async function startWorld({ port, processes, people, ratePerSecond, ownDatabase }: Options): Promise<World> {
  const standIn = await startStandIn({
    port: port + 900,
    rate: 100_000,
    webhookUrl: `http://127.0.0.1:${port}/api/v1/crm/whatsapp/webhook`,
  });
  const database = ownDatabase ? await startDatabase(port + 800) : undefined;
  const env: Record<string, string> = {
    GRAPH_ALLOWED_HOSTS: `graph.facebook.com,${standIn.url}`,
    ...(database ? { DATABASE_URL: database.url, ENCRYPTION_KEYS: `bench:${randomBytes(32).toString("base64")}` } : {}),
  };
  const apps: Installation[] = [];
  const stop = async () => {
    for (const app of apps) {
      await app.stop();
      await removeDataDir(app.dataDir);
    }
    await database?.stop();
    await standIn.stop();
  };
  try {
    const scale = async (count: number) => {
      while (apps.length < count) apps.push(await startInstallation({ port: port + apps.length, env }));
      for (const app of apps.splice(count)) {
        await app.stop();
        await removeDataDir(app.dataDir);
      }
    };
    await scale(processes);
    const [first] = apps;
    if (!first) throw new Error("There is no process.");
    const api = apiOf(first.url, await seedToken(first));
    const done = async (method: string, path: string, body?: unknown) => {
      const answer = await api(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    const integrationId = await connectNumber(api, standIn.url, STAND_IN.phoneNumberId);
    const path = `/api/v1/integrations/${integrationId}`;
    await done("PATCH", "/api/v1/organization", { unknownSettleMinutes: 1 });
    await runScript("bench/fill.ts", ["high", integrationId], first.environment);
    await runScript("bench/fill.ts", ["people", String(people)], first.environment);
    await done("PATCH", path, { ratePerSecond });

    let after = "";
    const databaseUrl = async () =>
      database?.url ?? String(JSON.parse(await readFile(`${first.dataDir}/database.json`, "utf8")).url);
    const requireAlive = () => {
      const dead = apps.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
      if (dead) throw new Error(`The process on port ${dead.port} ended by itself:\n${dead.output()}`);
    };
    const accepted = async () => (await standIn.stats()).accepted;
    const open = async () => {
      requireAlive();
      const { webhooks } = (await standIn.stats()) as unknown as { webhooks: { waiting: number } };
      return { ...(await countOpen(await databaseUrl(), integrationId, after)), webhooks: webhooks.waiting };
    };

    return {
      apps,
      standIn,
      database,
      integrationId,
      api,
      accepted,
      databaseUrl,
      stop,
      async restartApp(index, signal) {
        const app = apps[index];
        if (!app) throw new Error(`There is no process ${index}.`);
        await app.stop(signal);
        apps[index] = await startInstallation({ port: app.port, dataDir: app.dataDir, env });
      },
      scale,
      async setFaults(faults) {
        const answer = await standIn.faults(faults);
        if (!answer.ok) throw new Error(`The stand-in did not take the faults: ${await answer.text()}`);
      },
      async rate() {
        const { ratePerSecond: rates } = (await done("GET", path)) as unknown as { ratePerSecond: { effective: number } };
        return rates.effective;
      },
      async pause() {
        await done("PATCH", path, { paused: true });
      },
      async pausedBy() {
        for (;;) {
          const { status, pauseReason } = await done("GET", path);
          if (status === "paused") return String(pauseReason);
          await pause(100);
        }
      },
      told: async () => readTold(await databaseUrl(), integrationId, after),
      async fill(messages) {
        await done("PATCH", path, { paused: true });
        after = (await readTold(await databaseUrl(), integrationId)).at(-1)?.id ?? "";
        await standIn.reset();
        await runScript("bench/fill.ts", ["waiting", String(messages), integrationId], { ...apps[0]?.environment });
      },
      async setRate(perSecond) {
        await done("PATCH", path, { ratePerSecond: perSecond });
      },
      async resume() {
        const resumed = await done("PATCH", path, { paused: false });
        if (resumed.status !== "verified") await done("POST", `${path}/test`);
      },
      async arrived(more, before) {
        while ((await accepted()) < before + more && (await open()).messages > 0) await pause(100);
      },
      async settled() {
        let last = "";
        for (let since = Date.now(), still = 0; still < 3; await pause(1_000)) {
          const now = await open();
          const seen = JSON.stringify(now);
          if (seen !== last) since = Date.now();
          last = seen;
          still = now.messages + now.bodies + now.webhooks === 0 ? still + 1 : 0;
          if (Date.now() - since > STUCK_MS && still === 0) {
            console.error(`Nothing has changed for ${STUCK_MS / 60_000} minutes: ${seen}`);
            return;
          }
        }
      },
      async verdict() {
        return judge(await readTold(await databaseUrl(), integrationId, after), await readArrivals(standIn.url));
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
