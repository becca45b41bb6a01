import { createHmac } from "node:crypto";
import { measureBareNext } from "./bare-next";
import {
  type Api,
  apiOf,
  connectNumber,
  pause,
  removeDataDir,
  STAND_IN,
  seedToken,
  startInstallation,
  startStandIn,
} from "./harness";
import { postLoad } from "./load";

/**
 * How fast Meta's webhooks are taken in, each stored before its 200, beside a bare Next handler on the same machine in the same run:
 * statuses and incoming messages, one per POST and a hundred per body; then how long it takes until all of it is understood, and
 * whether everything that was answered with 200 is there. Fails when something is missing.
 *   node scripts/run.mjs bench/intake.ts [--seconds 10] [--connections 32] [--port 3191]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const seconds = option("seconds", 10);
const connections = option("connections", 32);
const port = option("port", 3191);
const HOOK = "/api/v1/crm/whatsapp/webhook";

const signed = (body: string) => ({
  "x-hub-signature-256": `sha256=${createHmac("sha256", STAND_IN.appSecret).update(body).digest("hex")}`,
});
const bodyOf = (value: object) =>
  JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: STAND_IN.businessAccountId,
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "905550009999", phone_number_id: STAND_IN.phoneNumberId },
              ...value,
            },
          },
        ],
      },
    ],
  });

const now = () => String(Math.floor(Date.now() / 1000));
const person = (i: number) => `90533${String(1_000_000 + (i % 5_000))}`;
let made = 0;
const some = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, () => make(made++));

const statusesOf = (count: number) =>
  bodyOf({
    statuses: some(count, (i) => ({ id: `wamid.S${i}`, status: "delivered", timestamp: now(), recipient_id: person(i) })),
  });
let written = 0;
function messagesOf(count: number): string {
  written += count;
  const said = some(count, (i) => ({
    id: `wamid.M${i}`,
    from: person(i),
    timestamp: now(),
    type: "text",
    text: { body: `Message ${i}` },
  }));
  return bodyOf({ contacts: said.map(({ from }) => ({ wa_id: from, profile: { name: `Person ${from}` } })), messages: said });
}

/** Until no stored body waits any more. */
async function untilUnderstood(url: string): Promise<number> {
  const from = performance.now();
  for (;;) {
    const text = await (await fetch(`${url}/api/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).text();
    if (Number(/^whatsapp_webhook_bodies_pending (\d+)/m.exec(text)?.[1] ?? Number.NaN) === 0) return performance.now() - from;
    await pause(100);
  }
}

async function countIncoming(api: Api, integrationId: string): Promise<number> {
  const { body } = await api("GET", `/api/v1/crm/conversations?integrationId=${integrationId}&limit=1`);
  if (!(body.data as unknown[] | undefined)?.length) return 0;
  let [total, cursor] = [0, ""];
  do {
    const page = await api(
      "GET",
      `/api/v1/crm/conversations?integrationId=${integrationId}&limit=100${cursor && `&cursor=${cursor}`}`,
    );
    const { data, nextCursor } = page.body as unknown as { data: { unread: number }[]; nextCursor: string | null };
    total += data.reduce((sum, { unread }) => sum + unread, 0);
    cursor = nextCursor ?? "";
  } while (cursor);
  return total;
}

const METRICS_TOKEN = "bench-metrics-token-0123456789";
const bare = await measureBareNext({ port: port + 1, body: () => statusesOf(1), connections, seconds });
const standIn = await startStandIn({ port: port + 2, rate: 80 });
const app = await startInstallation({
  port,
  env: { METRICS_TOKEN, GRAPH_ALLOWED_HOSTS: `graph.facebook.com,http://127.0.0.1:${port + 2}` },
});
try {
  const api = apiOf(app.url, await seedToken(app));
  const integrationId = await connectNumber(api, standIn.url, STAND_IN.phoneNumberId);
  const load = { url: app.url, path: HOOK, headers: signed, connections, seconds };
  await postLoad({ ...load, body: () => statusesOf(1), seconds: 3 });
  await untilUnderstood(app.url);
  const report: Record<string, unknown> = { bareNextPerSecond: bare.perSecond };
  let taken = 0;
  for (const [name, body, count, wide] of [
    ["statuses", () => statusesOf(1), 1, connections],
    ["statusesBy100", () => statusesOf(100), 100, 8],
    ["messages", () => messagesOf(1), 1, connections],
    ["messagesBy100", () => messagesOf(100), 100, 8],
  ] as const) {
    const took = await postLoad({ ...load, body, connections: wide });
    const lagMs = await untilUnderstood(app.url);
    if (Object.keys(took.statuses).some((status) => status !== "200"))
      throw new Error(`${name}: ${JSON.stringify(took.statuses)}`);
    taken += name.startsWith("messages") ? took.requests * count : 0;
    report[name] = {
      postsPerSecond: took.perSecond,
      itemsPerSecond: took.perSecond * count,
      timesBareNext: Math.round((took.perSecond / bare.perSecond) * 100) / 100,
      p50Ms: took.p50Ms,
      p99Ms: took.p99Ms,
      understoodAfterMs: Math.round(lagMs),
    };
  }
  const kept = await countIncoming(api, integrationId);
  console.log(JSON.stringify({ ...report, messagesTaken: taken, messagesKept: kept }, null, 2));
  if (kept !== taken || written !== taken) {
    console.error(`${taken} messages were answered with 200 and ${kept} are there.`);
    process.exitCode = 1;
  }
} finally {
  await Promise.all([app.stop(), standIn.stop()]);
  await removeDataDir(app.dataDir);
}
