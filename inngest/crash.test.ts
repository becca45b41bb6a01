import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { openDatabase } from "@/lib/ctx";
import { makeSender, ORDER, somePhone } from "@/lib/messages/testing";
import { type SandboxServer, startSandboxServer } from "@/lib/sandbox/server";
import { eventually, freePort } from "./testing";

useTestDatabase();

const START_WITHIN_MS = 60_000;
const APP = fileURLToPath(new URL("./testing-app.ts", import.meta.url));
const TSCONFIG = fileURLToPath(new URL("../scripts/tsconfig.json", import.meta.url));

let db: Db;
let meta: SandboxServer;
let port: number;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  db = await openDatabase();
  port = await freePort();
  meta = await startSandboxServer();
});
afterAll(async () => {
  await Promise.all([...running].map(kill));
  await meta.close();
});

/** The engine and Meta's door in a process of its own, on the test's database. */
async function startApp(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", APP], {
    env: { ...process.env, TSX_TSCONFIG_PATH: TSCONFIG, PORT: String(port), GRAPH_ALLOWED_HOSTS: meta.url },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let said = "";
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The app did not start: ${said}`)), START_WITHIN_MS);
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (!said.includes("ready\n")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", () => reject(new Error(`The app ended: ${said}`)));
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  await gone;
}

async function connected(latencyMs: number) {
  const org = await makeSender(db, { integration: { endpointUrl: `${meta.url}/v25.0` } });
  const { phoneNumberId, businessAccountId, accessToken, appSecret } = org.integration;
  const webhookUrl = `http://127.0.0.1:${port}/api/v1/crm/whatsapp/webhook`;
  meta.store.registerAccount({
    phoneNumberId,
    businessAccountId,
    accessToken,
    appSecret: appSecret ?? "",
    webhookUrl,
    settings: { latencyMs },
  });
  const write = async () => {
    const phoneNumber = somePhone();
    await org.optIn(phoneNumber);
    return (await org.send({ phoneNumber, ...ORDER })).id;
  };
  const arrivals = (ids: string[]) => {
    const times = new Map(meta.store.arrivals.callbacks());
    return ids.map((id) => times.get(id) ?? 0);
  };
  return { ...org, write, arrivals };
}

describe("a server that is killed while it sends", () => {
  test("after Meta accepted and before the answer: the same messages end as read, sent exactly once", async () => {
    const org = await connected(3_000);
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) ids.push(await org.write());
    const first = await startApp();
    await eventually(
      async () => org.arrivals(ids),
      (times) => times.every((n) => n === 1),
      "all ten arriving at Meta",
      30_000,
    );
    await kill(first);
    for (const id of ids) expect(await org.read(id)).toMatchObject({ status: "sending", wamid: null });

    await startAndSettle(ids, org.read);
    expect(org.arrivals(ids)).toEqual(ids.map(() => 1));
    for (const id of ids) {
      const message = await org.read(id);
      expect(message).toMatchObject({ status: "read", attempts: 1, leaseUntil: null });
      expect(message.wamid).toMatch(/^wamid\./);
      expect(message.steps).not.toContain("accepted");
    }
  }, 180_000);

  test("after the answer and before the webhook: the same message ends as read, once", async () => {
    const org = await connected(0);
    const app = await startApp();
    const id = await org.write();
    await eventually(
      () => org.read(id),
      (m) => m.steps.includes("accepted"),
      "the answer",
    );
    await kill(app);
    await startAndSettle([id], org.read);
    expect(org.arrivals([id])).toEqual([1]);
    expect((await org.read(id)).steps.filter((step) => step === "accepted")).toHaveLength(1);
  }, 180_000);

  /** Meta tells again what nobody heard, ever more rarely. */
  async function startAndSettle(ids: string[], read: Awaited<ReturnType<typeof connected>>["read"]): Promise<void> {
    const app = await startApp();
    await eventually(
      () => Promise.all(ids.map(read)),
      (found) => found.every((m) => m.status === "read" && m.timeline.filter((step) => step.source === "webhook").length === 3),
      "every message being read",
      60_000,
    );
    await kill(app);
  }
});
