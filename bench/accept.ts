import { measureBareNext } from "./bare-next";
import { apiOf, removeDataDir, runScript, startInstallation } from "./harness";
import { postLoad } from "./load";

/**
 * How many messages a second are accepted, all gates on, beside a bare Next handler on the same machine in the same run:
 * one by one with POST /send, and 1,000 at a time with POST /send/bulk. The number is paused meanwhile, so that accepting is
 * what is measured.
 *   node scripts/run.mjs bench/accept.ts [--seconds 10] [--connections 32]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const seconds = option("seconds", 10);
const connections = option("connections", 32);
const port = option("port", 3161);

const people = 20_000;
const phone = (i: number) => `+90532${String(1_000_000 + (i % people)).padStart(7, "0")}`;
const order = (i: number) => ({
  phoneNumber: phone(i),
  template: "order_confirmation",
  templateParams: { orderNumber: `ORD-${i}`, customerName: "John Doe" },
});

const bare = await measureBareNext({ port: port + 1, body: () => JSON.stringify(order(1)), connections, seconds });
const app = await startInstallation({ port });
try {
  const seed = JSON.parse((await runScript("scripts/seed.ts", ["--json"], app.environment)).trim().split("\n").at(-1) ?? "{}");
  const api = apiOf(app.url, seed.token);
  await runScript("bench/fill.ts", ["high", seed.integrationId], app.environment);
  await runScript("bench/fill.ts", ["people", String(people)], app.environment);
  await api("PATCH", `/api/v1/integrations/${seed.integrationId}`, { ratePerSecond: 1 });
  const load = { url: app.url, headers: { authorization: `Bearer ${seed.token}` }, connections };
  let sent = 0;
  const one = () => JSON.stringify(order(sent++));
  await postLoad({ ...load, path: "/api/v1/crm/whatsapp/send", body: one, seconds: 3 });
  const single = await postLoad({ ...load, path: "/api/v1/crm/whatsapp/send", body: one, seconds });
  const bulk = await postLoad({
    ...load,
    path: "/api/v1/crm/whatsapp/send/bulk",
    connections: 4,
    seconds,
    body: () => JSON.stringify({ messages: Array.from({ length: 1000 }, () => order(sent++)) }),
  });
  console.log(
    JSON.stringify({
      bareNextPerSecond: bare.perSecond,
      sendPerSecond: single.perSecond,
      ratio: Math.round((single.perSecond / bare.perSecond) * 100) / 100,
      sendP50Ms: single.p50Ms,
      sendP99Ms: single.p99Ms,
      statuses: { ...single.statuses },
      bulkMessagesPerSecond: Math.round((bulk.requests * 1000) / bulk.seconds),
      bulkP50Ms: bulk.p50Ms,
      bulkStatuses: bulk.statuses,
    }),
  );
} finally {
  await app.stop();
  await removeDataDir(app.dataDir);
}
