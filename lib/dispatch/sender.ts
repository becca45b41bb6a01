import "server-only";
import { Worker } from "node:worker_threads";
import { log } from "@/lib/log";
import { errorCode, type GraphRequest, type GraphResponse, type Transport, TransportError } from "@/lib/whatsapp/transport";
import { monotonicMs, RateLimiter } from "./rate-limiter";

/** The code of a call that was not made because this process was held up: nothing that Meta has to do with. */
export const HELD_UP = "HELD_UP";

/** A call of a chunk. `slot`: when it may leave, as `monotonicMs()`. One of the two functions is called, once. */
export type Call = {
  slot: number;
  request: GraphRequest;
  onAnswer: (answer: GraphResponse, tookMs: number) => void;
  onError: (error: TransportError, tookMs: number) => void;
};

/** Calls of one number, in their order. What has not left at `until`, on the same clock, is not sent any more. */
export type Chunk = { number: string; perSecond: number; until: number; calls: Call[] };

/** When the last call of a chunk has left: after how long another process may go on. */
export type Departed = { freeInMs: number };

/**
 * Sends chunks of calls, each call at its slot and the number's rate never exceeded, whatever else the process does. A call
 * that has not left in time is not made: `HELD_UP`, not sent. `send` never throws and never rejects.
 */
export type Sender = { send(chunk: Chunk): Promise<Departed>; close(): Promise<void> };

type Line = { limiter: RateLimiter; last: Promise<unknown> };
const lines = new Map<string, Line>();

/** A sender in this thread. Numbers keep their pace however many senders are made for them. */
export function localSender(transport: Transport): Sender {
  return {
    send(chunk) {
      const line = lines.get(chunk.number) ?? { limiter: new RateLimiter(), last: Promise.resolve() };
      lines.set(chunk.number, line);
      const departed = line.last.then(async () => {
        await depart(chunk, line.limiter, transport);
        return { freeInMs: line.limiter.freeInMs(chunk.perSecond) };
      });
      line.last = departed;
      return departed;
    },
    close: async () => undefined,
  };
}

/** Lets the calls of a chunk leave one after another, each when it may. */
async function depart({ calls, perSecond, until }: Chunk, limiter: RateLimiter, transport: Transport): Promise<void> {
  for (const call of calls) {
    for (let waitMs = limiter.waitMs(call.slot, perSecond); waitMs > 0; waitMs = limiter.waitMs(call.slot, perSecond))
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (monotonicMs() > until) {
      call.onError(new TransportError(HELD_UP, false), 0);
      continue;
    }
    const { start, drop } = limiter.leave();
    let startedAt = monotonicMs();
    const onStart = () => {
      startedAt = monotonicMs();
      start(startedAt);
    };
    transport({ ...call.request, onStart }).then(
      (answer) => {
        start();
        call.onAnswer(answer, monotonicMs() - startedAt);
      },
      (thrown: unknown) => {
        const error = asTransportError(thrown);
        if (error.wasSent) start();
        else drop();
        call.onError(error, monotonicMs() - startedAt);
      },
    );
  }
}

function asTransportError(error: unknown): TransportError {
  return error instanceof TransportError ? error : new TransportError(errorCode(error), true);
}

type Plain = Omit<Chunk, "calls"> & { id: number; calls: Pick<Call, "slot" | "request">[] };
type Result = { id: number; index: number; tookMs: number } & ({ answer: GraphResponse } | { code: string; wasSent: boolean });
type Report = { results: Result[]; departed: ({ id: number } & Departed)[] };
/** The thread's first word: from now on it may have sent what it got. */
const READY = "ready";

/**
 * A sender in a thread of its own, so that nothing that keeps this one busy disturbs the pace. `file` is a module that calls
 * `serveSender`. When the thread dies, what it had may have been sent: `SENDER_LOST`; the next chunk starts another. One that
 * never came up has sent nothing.
 */
export function threadSender(file: URL): Sender {
  type Open = { calls: Call[]; left: number; departed: ((departed: Departed) => void) | null };
  let chunks = 0;
  const open = new Map<number, Open>();
  const finish = (id: number, chunk: Open) => {
    if (chunk.left === 0 && !chunk.departed) open.delete(id);
  };
  let worker: Worker | undefined;
  const ensure = (): Worker => {
    worker ??= start();
    return worker;
  };
  // Before the first chunk: starting takes longer than a message may wait.
  ensure();

  function start(): Worker {
    const started = new Worker(file);
    let isReady = false;
    started.on("message", (message: Report | typeof READY) => {
      if (message === READY) {
        isReady = true;
        return;
      }
      const { results, departed } = message;
      for (const result of results) {
        const chunk = open.get(result.id);
        const call = chunk?.calls[result.index];
        if (!chunk || !call) continue;
        chunk.left -= 1;
        if ("answer" in result) call.onAnswer(result.answer, result.tookMs);
        else call.onError(new TransportError(result.code, result.wasSent), result.tookMs);
        delete chunk.calls[result.index];
        finish(result.id, chunk);
      }
      for (const { id, freeInMs } of departed) {
        const chunk = open.get(id);
        chunk?.departed?.({ freeInMs });
        if (chunk) chunk.departed = null;
        if (chunk) finish(id, chunk);
      }
    });
    started.once("error", (error) => log.error({ err: error }, "The thread that calls Meta died; another takes over"));
    started.once("exit", () => {
      worker = undefined;
      for (const chunk of open.values()) {
        for (const call of chunk.calls) call?.onError(new TransportError("SENDER_LOST", isReady), 0);
        chunk.departed?.({ freeInMs: 1_000 });
      }
      open.clear();
    });
    started.unref();
    return started;
  }

  return {
    send({ calls, ...chunk }) {
      chunks += 1;
      const plain: Plain = { ...chunk, id: chunks, calls: calls.map(({ slot, request }) => ({ slot, request })) };
      return new Promise((departed) => {
        try {
          const to = ensure();
          open.set(plain.id, { calls: [...calls], left: calls.length, departed });
          to.postMessage(plain);
        } catch (error) {
          open.delete(plain.id);
          log.error({ err: error }, "The thread that calls Meta could not be started");
          for (const call of calls) call.onError(new TransportError("SENDER_LOST", false), 0);
          departed({ freeInMs: 0 });
        }
      });
    },
    close: async () => {
      await worker?.terminate();
    },
  };
}

type Port = {
  on(event: "message", listener: (chunk: Plain) => void): unknown;
  postMessage(message: Report | typeof READY): void;
};

/** The other end of `threadSender`: sends what comes in and reports what became of it, together what came together. */
export function serveSender(port: Port, transport: Transport): void {
  const sender = localSender(transport);
  let report: Report | undefined;
  const note = (add: (report: Report) => void) => {
    if (!report) {
      report = { results: [], departed: [] };
      setImmediate(() => {
        if (report) port.postMessage(report);
        report = undefined;
      });
    }
    add(report);
  };
  port.on("message", ({ id, calls, ...chunk }) => {
    const handed = calls.map((call, index) => ({
      ...call,
      onAnswer: (answer: GraphResponse, tookMs: number) => note(({ results }) => results.push({ id, index, tookMs, answer })),
      onError: ({ code, wasSent }: TransportError, tookMs: number) =>
        note(({ results }) => results.push({ id, index, tookMs, code, wasSent })),
    }));
    void sender.send({ ...chunk, calls: handed }).then((left) => note(({ departed }) => departed.push({ id, ...left })));
  });
  port.postMessage(READY);
}

const held = globalThis as typeof globalThis & { __sender?: Sender };

/** The server says who sends the calls to Meta; without one they leave from this thread. */
export function setSender(sender: Sender | undefined): void {
  held.__sender = sender;
}

/** Who sends the calls of an integration: a transport of its own, which only this thread has, or Meta's. */
export function senderFor(own: Transport | undefined, shared: () => Transport): Sender {
  if (own) return localSender(own);
  return held.__sender ?? localSender(shared());
}
