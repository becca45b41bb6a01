import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";

/** What the app told about one of its functions when it registered. */
export type RegisteredFunction = {
  id: string;
  triggers: { event?: string; cron?: string }[];
  concurrency?: { limit: number; key?: string }[];
  batchEvents?: { maxSize: number; timeout: string };
  steps: { step: { runtime: { url: string }; retries?: { attempts: number } } };
};
type Sent = { id?: string; name: string; data: Record<string, unknown> };
type Op = { id: string; op: string; name?: string; data?: unknown; error?: unknown };
type Run = { functionId: string; steps: number; outcome: "done" | "failed" };

export const SIGNING_KEY = "0123456789abcdef0123456789abcdef";
export const EVENT_KEY = "test-event-key";

/**
 * As much of an Inngest server as driving our functions needs: takes the registration and the events, and calls the functions
 * over signed HTTP by Inngest's own protocol, with retries, sleeps and a keyed concurrency of one call. It starts no crons: `fire` does.
 */
export async function startInngestServer() {
  const functions = new Map<string, RegisteredFunction>();
  const runs: Run[] = [];
  /** What was sent, each id once. */
  const events: Sent[] = [];
  const lanes = new Map<string, Promise<void>>();
  const open = new Set<Promise<void>>();
  /** How many runs of each function sleep now. */
  const sleeping = new Map<string, number>();
  let stopped = false;
  let wakeAll: () => void = () => undefined;
  const stopping = new Promise<void>((resolve) => {
    wakeAll = resolve;
  });

  const server = createServer(async (req, res) => {
    const body = await text(req);
    const answer = (status: number, value: unknown) =>
      res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (req.url?.startsWith("/fn/register")) {
      if (req.headers.authorization !== `Bearer ${registrationBearer()}`) return answer(401, { error: "wrong key" });
      for (const fn of JSON.parse(body).functions as RegisteredFunction[]) functions.set(fn.id, fn);
      return answer(200, { ok: true, modified: true });
    }
    if (req.url === `/e/${EVENT_KEY}`) {
      const sent = [JSON.parse(body)].flat() as Sent[];
      for (const event of sent) receive(event);
      return answer(200, { ids: sent.map((_, i) => `event-${i}`), status: 200 });
    }
    answer(404, { error: `not here: ${req.url}` });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;

  function receive(event: Sent): void {
    if (event.id && events.some((earlier) => earlier.id === event.id)) return;
    events.push(event);
    for (const fn of functions.values()) if (fn.triggers.some((trigger) => trigger.event === event.name)) start(fn, event);
  }

  function start(fn: RegisteredFunction, event: Sent): void {
    const run = drive(fn, event).catch(() => undefined);
    open.add(run);
    void run.finally(() => open.delete(run));
  }

  /** Concurrency counts calls, not runs: one that sleeps lets the others go on. */
  async function inTurn<T>(fn: RegisteredFunction, event: Sent, call: () => Promise<T>): Promise<T> {
    const limited = fn.concurrency?.find((c) => c.limit === 1);
    if (!limited) return call();
    const key = `${fn.id} ${limited.key ? String(event.data[limited.key.replace("event.data.", "")]) : ""}`;
    const turn = (lanes.get(key) ?? Promise.resolve()).then(call);
    lanes.set(
      key,
      turn.then(
        () => undefined,
        () => undefined,
      ),
    );
    return turn;
  }

  async function drive(fn: RegisteredFunction, event: Sent): Promise<void> {
    const steps: Record<string, unknown> = {};
    const stack: string[] = [];
    const runId = `run-${runs.length}-${Math.random().toString(36).slice(2)}`;
    const mostAttempts = (fn.steps.step.retries?.attempts ?? 0) + 1;
    let attempt = 0;
    while (!stopped) {
      const call = {
        ctx: {
          run_id: runId,
          attempt,
          max_attempts: mostAttempts,
          step_id: "step",
          use_api: false,
          stack: { stack, current: stack.length },
        },
        event: { ...event, id: "event", ts: Date.now() },
        events: [{ ...event, id: "event", ts: Date.now() }],
        steps,
        version: 2,
      };
      const body = canonical(call);
      const answer = await inTurn(fn, event, async () => {
        const {
          status,
          headers,
          body: received,
        } = await fetch(fn.steps.step.runtime.url, {
          method: "POST",
          headers: { "content-type": "application/json", "x-inngest-signature": sign(body) },
          body,
        });
        return new Response(await new Response(received).arrayBuffer(), { status, headers });
      });
      if (answer.status === 206) {
        const [op] = (await answer.json()) as Op[];
        if (op?.op === "StepError") {
          attempt += 1;
          if (attempt >= mostAttempts) return end(fn, stack.length, "failed");
          continue;
        }
        if (op?.op === "RunComplete") return end(fn, stack.length, "done");
        if (op?.op === "Sleep") await asleep(fn, op.name ?? "0s");
        if (op) {
          steps[op.id] = op.op === "Sleep" ? null : op.error === undefined ? { data: op.data ?? null } : { error: op.error };
          stack.push(op.id);
          attempt = 0;
        }
        continue;
      }
      await answer.text();
      if (answer.status === 200) return end(fn, stack.length, "done");
      attempt += 1;
      if (answer.status === 400 || answer.status === 401 || attempt >= mostAttempts) return end(fn, stack.length, "failed");
    }
  }

  async function asleep(fn: RegisteredFunction, name: string): Promise<void> {
    sleeping.set(fn.id, (sleeping.get(fn.id) ?? 0) + 1);
    await Promise.race([sleep(name), stopping]);
    sleeping.set(fn.id, (sleeping.get(fn.id) ?? 0) - 1);
  }

  function end(fn: RegisteredFunction, steps: number, outcome: Run["outcome"]): void {
    runs.push({ functionId: fn.id, steps, outcome });
  }

  return {
    url,
    functions,
    runs,
    events,
    sleeping,
    /** Starts a scheduled function now. */
    fire(id: string): void {
      const fn = functions.get(id);
      if (!fn) throw new Error(`No function ${id} is registered`);
      start(fn, { name: "inngest/scheduled.timer", data: {} });
    },
    async stop(): Promise<void> {
      stopped = true;
      wakeAll();
      await Promise.allSettled(open);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A signature as the server makes it; `at` and `key` let a test make a wrong one. */
export function sign(body: string, key = SIGNING_KEY, at = Math.floor(Date.now() / 1000)): string {
  return `t=${at}&s=${createHmac("sha256", key).update(body).update(String(at)).digest("hex")}`;
}

/** What the app must show when it registers. */
function registrationBearer(): string {
  return createHash("sha256").update(Buffer.from(SIGNING_KEY, "hex")).digest("hex");
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

async function sleep(name: string): Promise<void> {
  const match = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(name);
  const ms = match ? (Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0)) * 1000 : Date.parse(name) - Date.now();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
