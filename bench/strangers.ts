import { type RequestOptions, request } from "node:http";
import { connect, type Socket } from "node:net";
import { apiOf, pause, removeDataDir, runScript, seedToken, startInstallation } from "./harness";

/**
 * What strangers, and one organization that searches without end, cost everybody else: each attack runs for some seconds beside a
 * signed-in caller of another organization who asks GET /api/v1/me ten times a second. Fails when one of that caller's answers takes
 * longer than 250 ms more than the worst of the quiet time before it.
 *   node scripts/run.mjs bench/strangers.ts [--seconds 10] [--contacts 100000] [--only name] [--port 3171]
 */
const option = (name: string, fallback: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
};
const seconds = Number(option("seconds", "10"));
const people = Number(option("contacts", "100000"));
const only = option("only", "");
const port = Number(option("port", "3171"));

const WORST_MS = 250;
const WEBHOOK = "/api/v1/crm/whatsapp/webhook";
const UNSIGNED = { "x-hub-signature-256": `sha256=${"0".repeat(64)}`, "content-type": "application/json" };
const MB = 1_000_000;

type Stop = () => unknown;
type Attack = { name: string; start: () => Stop };

/** Posts without end, `clients` at a time, whatever is answered. */
function flood(clients: number, path: string, headers: Record<string, string>, body: () => Buffer | string): Stop {
  let stopped = false;
  const loop = async () => {
    while (!stopped) await post({ port, path, headers, method: "POST" }, body());
  };
  const loops = Array.from({ length: clients }, loop);
  return () => {
    stopped = true;
    return Promise.all(loops);
  };
}

function post(options: RequestOptions, body: Buffer | string): Promise<void> {
  return new Promise((done) => {
    const sent = request({ ...options, agent: false }, (answer) => void answer.resume().once("close", () => done()));
    sent.once("error", () => done());
    sent.end(body);
  });
}

/** Sends a body without end to each of `clients` connections, until it is cut off; then again. */
function pour(clients: number, path: string, headers: Record<string, string>): Stop {
  const chunk = Buffer.alloc(64_000, "a");
  let stopped = false;
  const loop = async () => {
    while (!stopped) {
      await new Promise<void>((done) => {
        const sent = request({ port, path, method: "POST", headers, agent: false }, (answer) => answer.resume());
        const more = () => {
          if (stopped) sent.destroy();
          while (!sent.destroyed && sent.write(chunk));
        };
        sent
          .on("drain", more)
          .once("error", () => done())
          .once("close", done);
        more();
      });
    }
  };
  const loops = Array.from({ length: clients }, loop);
  return () => {
    stopped = true;
    return Promise.all(loops);
  };
}

/** Connections that each hold most of a body, and never end it. */
function hold(connections: number, bytes: number): Stop {
  const sockets: Socket[] = Array.from({ length: connections }, () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    const head = Object.entries({ host: "localhost", ...UNSIGNED, "content-length": String(bytes + 100_000) });
    socket.write(`POST ${WEBHOOK} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}`).join("\r\n")}\r\n\r\n`);
    socket.write(Buffer.alloc(bytes, "a"));
    return socket;
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

const named = (count: number, entry: (i: number) => string) =>
  Buffer.from(`{"entry":[${Array.from({ length: count }, (_, i) => entry(i)).join(",")}]}`);
const fields = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join(",")}}`;

function attacks(searcher: string, phoneNumberId: string): Attack[] {
  const webhook = (clients: number, body: Buffer) => () => flood(clients, WEBHOOK, UNSIGNED, () => body);
  const long = Buffer.from(
    `{"entry":[{"id":"1","changes":[{"value":{"metadata":{"phone_number_id":"${phoneNumberId}"}}}]}]}`.padEnd(3 * MB, " "),
  );
  return [
    { name: "webhook-long", start: webhook(2, Buffer.from(`{"text":"${"a".repeat(3 * MB)}"}`)) },
    { name: "webhook-known-account", start: webhook(8, long) },
    {
      name: "webhook-60000-names",
      start: webhook(
        2,
        named(60_000, (i) => `{"id":"${i}"}`),
      ),
    },
    {
      name: "webhook-190000-entries",
      start: webhook(
        2,
        named(190_000, (i) => `{"id":"${i}"}`),
      ),
    },
    { name: "webhook-nested", start: webhook(2, Buffer.alloc(3 * MB, "[")) },
    { name: "webhook-nameless", start: webhook(8, Buffer.from('{"object":"page"}')) },
    {
      name: "sign-in-endless",
      start: () => pour(8, "/api/auth/callback/credentials", { "content-type": "application/x-www-form-urlencoded" }),
    },
    { name: "held-bodies", start: () => hold(300, 3 * MB) },
    {
      name: "unknown-fields",
      start: () => flood(4, "/api/v1/setup", { "content-type": "application/json" }, () => fields(90_000)),
    },
    {
      name: "unknown-fields-small",
      start: () => flood(4, "/api/v1/links", { "content-type": "application/json" }, () => fields(1_000)),
    },
    {
      name: "searches",
      start: () => {
        let stopped = false;
        const loop = async (i: number) => {
          for (let n = 0; !stopped; n++) {
            const query = n % 2 === 0 ? `search=${encodeURIComponent(`nobody ${i} ${n}`)}` : "consent=opted_out";
            await fetch(`http://127.0.0.1:${port}/api/v1/crm/contacts?${query}`, {
              headers: { authorization: `Bearer ${searcher}` },
            })
              .then((answer) => answer.arrayBuffer())
              .catch(() => undefined);
          }
        };
        const loops = Array.from({ length: 16 }, (_, i) => loop(i));
        return () => {
          stopped = true;
          return Promise.all(loops);
        };
      },
    },
  ];
}

type Times = { answers: number; refused: number; medianMs: number; worstMs: number };

/** Asks ten times a second for `forMs`; a question is due at its time, whether or not the one before was answered. */
async function watch(path: string, token: string, forMs: number): Promise<Times> {
  const asked: Promise<{ ms: number; ok: boolean }>[] = [];
  const from = performance.now();
  for (let n = 0; n * 100 < forMs; n++) {
    await pause(Math.max(0, from + n * 100 - performance.now()));
    const due = performance.now();
    asked.push(
      fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } })
        .then(async (answer) => ({ ok: answer.ok && (await answer.arrayBuffer()).byteLength > 0, ms: performance.now() - due }))
        .catch(() => ({ ok: false, ms: performance.now() - due })),
    );
  }
  const answers = await Promise.all(asked);
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  const round = (ms: number | undefined) => Math.round(ms ?? 0);
  return {
    answers: answers.length,
    refused: answers.filter(({ ok }) => !ok).length,
    medianMs: round(times[Math.floor(times.length / 2)]),
    worstMs: round(times.at(-1)),
  };
}

const app = await startInstallation({ port });
let failed = 0;
try {
  const token = await seedToken(app);
  const searcher = await seedToken(app);
  await runScript("bench/fill.ts", ["people", String(people)], app.environment);
  const { body } = await apiOf(app.url, token)("GET", "/api/v1/integrations");
  const [integration] = (body as { data?: { phoneNumberId: string }[] }).data ?? [];
  for (const { name, start } of attacks(searcher, integration?.phoneNumberId ?? "")) {
    if (only && !name.includes(only)) continue;
    const path = name === "searches" ? "/api/v1/crm/contacts?limit=10" : "/api/v1/me";
    const quiet = await watch(path, token, 3_000);
    const stop = start();
    const meanwhile = await watch(path, token, seconds * 1_000);
    await stop();
    const isGood = meanwhile.refused === 0 && meanwhile.worstMs - quiet.worstMs <= WORST_MS;
    if (!isGood) failed++;
    console.log(JSON.stringify({ attack: name, path, ok: isGood, quiet, meanwhile }));
    await pause(1_000);
  }
} finally {
  await app.stop();
  await removeDataDir(app.dataDir);
}
process.exitCode = failed > 0 ? 1 : 0;
