import { parseArgs } from "node:util";
import { SANDBOX_TIERS } from "@/lib/sandbox/schema";
import { startSandboxServer } from "@/lib/sandbox/server";

const HELP = `The built-in Graph stand-in, alone on a port.

  npm run sandbox -- [options]

  --port                 4004
  --host                 127.0.0.1
  --phone-number-id      one id, or several separated by commas (default 200300400500600)
  --business-account-id  default 100200300400500
  --token                the access token that is accepted (default sandbox-token)
  --app-secret           signs the webhooks (default sandbox-app-secret)
  --webhook-url          where webhooks go; without it there are none
  --verify-token         default sandbox-verify-token
  --rate                 messages a second and number before 130429 (default 80)
  --latency              milliseconds added to every answer (default 0)
  --tier                 ${SANDBOX_TIERS.join(", ")} (default TIER_UNLIMITED)
  --speed                factor on the delays of webhooks; 0 is at once (default 1)
  --webhook-batch        how many updates one webhook body may carry (default 100)
  --open-windows         everybody counts as having just written
  --no-pair-limit        no 131056

  GET  /_sandbox/stats      what arrived: per number and second, most in any second, doubles by callback data
  GET  /_sandbox/callbacks  every accepted callback data with how often it came
  GET  /_sandbox/accounts   POST adds one
  POST /_sandbox/reset      forgets messages, people and counts
  POST /_sandbox/faults     { "phoneNumberId"?, "hangShare": 0.1, "tokenExpired": true, … }
  POST /_sandbox/inbound    { "phoneNumberId", "from", "text" }`;

const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    port: { type: "string", default: "4004" },
    host: { type: "string", default: "127.0.0.1" },
    "phone-number-id": { type: "string", default: "200300400500600" },
    "business-account-id": { type: "string", default: "100200300400500" },
    token: { type: "string", default: "sandbox-token" },
    "app-secret": { type: "string", default: "sandbox-app-secret" },
    "webhook-url": { type: "string" },
    "verify-token": { type: "string", default: "sandbox-verify-token" },
    rate: { type: "string", default: "80" },
    latency: { type: "string", default: "0" },
    tier: { type: "string", default: "TIER_UNLIMITED" },
    speed: { type: "string", default: "1" },
    "webhook-batch": { type: "string", default: "100" },
    "open-windows": { type: "boolean", default: false },
    "no-pair-limit": { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  await serve();
}

async function serve(): Promise<void> {
  const tier = SANDBOX_TIERS.find((name) => name === values.tier);
  if (!tier) return stop(`--tier must be one of ${SANDBOX_TIERS.join(", ")}.`);
  const numbers = {
    port: Number(values.port),
    rate: Number(values.rate),
    latency: Number(values.latency),
    speed: Number(values.speed),
    batch: Number(values["webhook-batch"]),
  };
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isFinite(value) || value < 0) return stop(`--${name} must be a number.`);
  }
  if (numbers.rate < 1 || numbers.batch < 1) return stop("--rate and --webhook-batch must be at least 1.");
  const server = await startSandboxServer({
    port: numbers.port,
    host: values.host,
    speed: numbers.speed,
    batch: numbers.batch,
    openWindows: values["open-windows"],
  }).catch((error: unknown) => stop(error instanceof Error ? error.message : "The stand-in could not start."));
  if (!server) return;
  for (const phoneNumberId of values["phone-number-id"].split(",")) {
    server.store.registerAccount({
      phoneNumberId: phoneNumberId.trim(),
      businessAccountId: values["business-account-id"],
      accessToken: values.token,
      appSecret: values["app-secret"],
      verifyToken: values["verify-token"],
      webhookUrl: values["webhook-url"] ?? null,
      settings: { ratePerSecond: numbers.rate, latencyMs: numbers.latency, tier, pairLimit: !values["no-pair-limit"] },
    });
  }
  console.log(
    `Graph stand-in at ${server.url}  (numbers ${values["phone-number-id"]}, token ${values.token}, webhooks to ${values["webhook-url"] ?? "nobody"})`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
}

function stop(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
