import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type SandboxServer, startSandboxServer } from "@/lib/sandbox/server";
import type { GraphResponse, Transport, TransportError } from "@/lib/whatsapp/transport";
import { monotonicMs } from "./rate-limiter";
import { type Call, localSender, type Sender, threadSender } from "./sender";

const OK: GraphResponse = { status: 200, headers: {}, text: "{}" };

function callsOf(requests: { url: string; slot?: number; body?: string; headers?: Record<string, string> }[]) {
  const outcomes: (GraphResponse | TransportError | undefined)[] = requests.map(() => undefined);
  let ended = 0;
  let allEnded: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    allEnded = resolve;
  });
  const end = (i: number, outcome: GraphResponse | TransportError) => {
    outcomes[i] = outcome;
    ended += 1;
    if (ended === requests.length) allEnded();
  };
  const calls = requests.map(
    ({ url, slot = monotonicMs(), body = "{}", headers = {} }, i): Call => ({
      slot,
      request: { method: "POST", url, headers, body },
      onAnswer: (answer) => end(i, answer),
      onError: (error) => end(i, error),
    }),
  );
  return { calls, outcomes, done };
}

describe("a courier", () => {
  test("lets the chunks of a number leave one after another, in order, each call at its slot", async () => {
    const left: { url: string; at: number }[] = [];
    const transport: Transport = async ({ url }) => {
      left.push({ url, at: monotonicMs() });
      return OK;
    };
    const now = monotonicMs();
    const first = callsOf([
      { url: "a", slot: now + 60 },
      { url: "b", slot: now + 90 },
    ]);
    const second = callsOf([{ url: "c", slot: now }]);
    const number = "in order";
    const handed = [
      localSender(transport).send({ number, perSecond: 80, until: monotonicMs() + 5_000, calls: first.calls }),
      localSender(transport).send({ number, perSecond: 80, until: monotonicMs() + 5_000, calls: second.calls }),
    ];
    await Promise.all(handed);
    expect(left.map(({ url }) => url)).toEqual(["a", "b", "c"]);
    expect((left[0]?.at ?? 0) - now).toBeGreaterThanOrEqual(60);
    expect((left[1]?.at ?? 0) - now).toBeGreaterThanOrEqual(90);
  });

  test("does not wait for answers, and says what each call brought", async () => {
    const transport: Transport = ({ url }) =>
      url === "hangs" ? new Promise(() => undefined) : url === "fails" ? Promise.reject(new Error("?")) : Promise.resolve(OK);
    const { calls, outcomes } = callsOf([{ url: "hangs" }, { url: "fails" }, { url: "works" }]);
    await localSender(transport).send({ number: "answers", perSecond: 80, until: monotonicMs() + 5_000, calls });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(outcomes[0]).toBeUndefined();
    expect(outcomes[1]).toMatchObject({ wasSent: true });
    expect(outcomes[2]).toEqual(OK);
  });

  test("does not make a call that comes too late: its number may belong to another process by then", async () => {
    let made = 0;
    const transport: Transport = async () => {
      made += 1;
      return OK;
    };
    const { calls, outcomes } = callsOf([{ url: "in time" }, { url: "late", slot: monotonicMs() + 200 }]);
    await localSender(transport).send({ number: "late", perSecond: 80, until: monotonicMs() + 100, calls });
    expect(outcomes[1]).toMatchObject({ code: "HELD_UP", wasSent: false });
    expect(made).toBe(1);
  });
});

describe("a sender in a thread of its own", () => {
  let folder: string;
  let meta: SandboxServer;
  let sender: Sender | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(process.cwd(), "node_modules", ".sender-"));
    await esbuild.build({
      entryPoints: ["server/courier.ts"],
      outfile: join(folder, "courier.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      alias: { "server-only": "./scripts/server-only.ts", "@": "." },
    });
    meta = await startSandboxServer();
    meta.store.registerAccount({
      phoneNumberId: "1",
      businessAccountId: "2",
      accessToken: "token",
      appSecret: "secret",
      webhookUrl: null,
    });
  });
  afterEach(() => sender?.close());
  afterAll(async () => {
    await meta.close();
    await rm(folder, { recursive: true, force: true });
  });

  const toMeta = (to: string) => ({
    url: `${meta.url}/v26.0/1/messages`,
    headers: { authorization: "Bearer token", "content-type": "application/json" },
    body: JSON.stringify({ messaging_product: "whatsapp", to, type: "text", text: { body: "Hello" } }),
  });

  test("sends calls, and brings what became of each", async () => {
    sender = threadSender(pathToFileURL(join(folder, "courier.mjs")));
    const { calls, outcomes, done } = callsOf([
      toMeta("+905551234567"),
      { ...toMeta("+905551234568"), headers: { authorization: "Bearer wrong", "content-type": "application/json" } },
      { url: "http://127.0.0.1:1/v26.0/1/messages" },
    ]);
    const { freeInMs } = await sender.send({ number: "1", perSecond: 80, until: monotonicMs() + 60_000, calls });
    expect(freeInMs).toBeLessThan(1_100);
    await done;
    expect(outcomes[1]).toMatchObject({ status: 401 });
    expect(outcomes[2]).toMatchObject({ wasSent: false });
    expect(outcomes[0]).toMatchObject({ status: 200, text: expect.stringContaining("wamid.") });
  });

  test.each([
    [
      "that dies leaves in doubt what it had",
      `parentPort.postMessage("ready"); parentPort.on("message", () => { throw new Error("gone"); });`,
      true,
    ],
    ["that never comes up has sent nothing", `throw new Error("cannot start");`, false],
  ])("%s, and the next chunk gets another", async (_, program, wasSent) => {
    const file = join(folder, `${wasSent}.mjs`);
    await writeFile(file, `import { parentPort } from "node:worker_threads"; ${program}`);
    sender = threadSender(pathToFileURL(file));
    for (let i = 0; i < 2; i++) {
      const { calls, outcomes, done } = callsOf([toMeta("+905551234567"), toMeta("+905551234568")]);
      await sender.send({ number: "1", perSecond: 80, until: monotonicMs() + 60_000, calls });
      await done;
      expect(outcomes).toMatchObject([
        { code: "SENDER_LOST", wasSent },
        { code: "SENDER_LOST", wasSent },
      ]);
    }
  });
});
