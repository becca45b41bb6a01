import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  type Api,
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
 * What files cost: the memory above idle that a document of 100 MB takes on its way in, to Meta and out again, and the pace of
 * messages beside ten uploads a second against the pace without them. Fails when the memory grows by more than 64 MB for the one,
 * or when the other keeps less than 0.95 of its pace.
 *   node scripts/run.mjs bench/media.ts [--megabytes 100] [--rate 1000] [--seconds 20] [--uploads 10] [--port 3181]
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const megabytes = option("megabytes", 100);
const rate = option("rate", 1000);
const seconds = option("seconds", 20);
const uploadsPerSecond = option("uploads", 10);
const port = option("port", 3181);

const MB = 1024 * 1024;
const MOST_ABOVE_IDLE_MB = 64;
const LEAST_RATIO = 0.95;

const [number = ""] = phoneNumberIds(1);
const standIn = await startStandIn({ port: port + 900, rate: 100_000, numbers: [number] });
const app = await startInstallation({ port, env: { GRAPH_ALLOWED_HOSTS: `graph.facebook.com,${standIn.url}` } });

/** Runs the work and answers the most memory that the app held meanwhile, in MB. */
async function peakDuring(work: () => Promise<void>): Promise<number> {
  let peak = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      peak = Math.max(peak, await residentMb(app.child.pid));
      await pause(50);
    }
  })();
  await work().finally(() => {
    isOver = true;
  });
  await watching;
  return peak;
}

/** A form with one file, made while it is sent. */
function formOf(integrationId: string, head: string, bytes: number, hash = createHash("sha256")) {
  const boundary = "----bench";
  const field = `--${boundary}\r\ncontent-disposition: form-data; name="integrationId"\r\n\r\n${integrationId}\r\n`;
  const file = `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  async function* body() {
    yield Buffer.from(field + file);
    for (let left = bytes, first = true; left > 0; first = false) {
      const piece = Buffer.alloc(Math.min(left, MB), Math.random().toString());
      if (first) piece.write(head, "latin1");
      hash.update(piece);
      left -= piece.length;
      yield piece;
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  return {
    body: Readable.toWeb(Readable.from(body())) as ReadableStream<Uint8Array>,
    type: `multipart/form-data; boundary=${boundary}`,
    sum: () => hash.digest("hex"),
  };
}

async function upload(token: string, form: ReturnType<typeof formOf>): Promise<{ id: string; sha256: string }> {
  const init = { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": form.type }, body: form.body };
  const answer = await fetch(`${app.url}/api/v1/media`, { ...init, duplex: "half" } as RequestInit);
  if (answer.status !== 201) throw new Error(`The upload answered ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: string; sha256: string };
}

async function largeDocument(token: string, integrationId: string) {
  const bytes = megabytes * MB;
  const idleMb = await residentMb(app.child.pid);
  let id = "";
  let sum = "";
  const inMb = await peakDuring(async () => {
    const form = formOf(integrationId, "%PDF-1.7\n", bytes);
    const stored = await upload(token, form);
    sum = form.sum();
    if (stored.sha256 !== sum) throw new Error("What was stored is not what was sent.");
    id = stored.id;
  });
  const outMb = await peakDuring(async () => {
    const answer = await fetch(`${app.url}/api/v1/media/${id}/content`, { headers: { authorization: `Bearer ${token}` } });
    const hash = createHash("sha256");
    for await (const piece of answer.body ?? []) hash.update(piece);
    if (hash.digest("hex") !== sum) throw new Error("What was handed out is not what was stored.");
  });
  return { megabytes, idleMb, peakInMb: inMb, peakOutMb: outMb, aboveIdleMb: Math.max(inMb, outMb) - idleMb };
}

/** The mean pace of so many seconds, while `beside` runs. */
async function pace(api: Api, integrationId: string, beside: () => Promise<void>): Promise<number> {
  await api("PATCH", `/api/v1/integrations/${integrationId}`, { paused: true });
  const waiting = Math.ceil(rate * (seconds + 3) * 1.05);
  await runScript("bench/fill.ts", ["waiting", String(waiting), integrationId], app.environment);
  await standIn.reset();
  await api("PATCH", `/api/v1/integrations/${integrationId}`, { paused: false });
  await Promise.all([pause((seconds + 2) * 1_000), beside()]);
  const whole = arrivedBySecond(await standIn.stats(), seconds);
  return whole.reduce((sum, n) => sum + n, 0) / Math.max(1, whole.length);
}

async function uploading(token: string, integrationId: string): Promise<void> {
  const sent: Promise<unknown>[] = [];
  for (let n = 0; n < (seconds + 2) * uploadsPerSecond; n++) {
    sent.push(upload(token, formOf(integrationId, "%PDF-1.7\n", MB / 4)));
    await pause(1_000 / uploadsPerSecond);
  }
  await Promise.all(sent);
}

let isGood = false;
try {
  const token = await seedToken(app);
  const api = apiOf(app.url, token);
  const integrationId = await connectNumber(api, standIn.url, number);
  await runScript("bench/fill.ts", ["high", integrationId], app.environment);
  await runScript("bench/fill.ts", ["people", String(Math.ceil(rate * (seconds + 3) * 1.05))], app.environment);
  const memory = await largeDocument(token, integrationId);
  const alone = await pace(api, integrationId, async () => undefined);
  const beside = await pace(api, integrationId, () => uploading(token, integrationId));
  const ratio = Math.round((beside / alone) * 1_000) / 1_000;
  isGood = memory.aboveIdleMb <= MOST_ABOVE_IDLE_MB && ratio >= LEAST_RATIO;
  const paces = {
    rate,
    seconds,
    uploadsPerSecond,
    alonePerSecond: Math.round(alone),
    besidePerSecond: Math.round(beside),
    ratio,
  };
  console.log(JSON.stringify({ ok: isGood, memory, paces }));
} finally {
  await app.stop();
  await standIn.stop();
  await removeDataDir(app.dataDir);
}
process.exitCode = isGood ? 0 : 1;
