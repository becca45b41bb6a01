import "server-only";
import { Worker } from "node:worker_threads";
import { log } from "@/lib/log";
import { errorCode, type GraphRequest, type GraphResponse, type Transport, TransportError } from "@/lib/whatsapp/transport";
import { monotonicMs, Pace } from "./pace";

/** The code of a call that was not made because this process was held up: nothing that Meta has to do with. */
export const HELD_UP = "HELD_UP";

/** A call of a slice. `slot`: when it may leave, as `monotonicMs()`. One of the two functions is called, once. */
export type Call = {
  slot: number;
  request: GraphRequest;
  onAnswer: (answer: GraphResponse, tookMs: number) => void;
  onError: (error: TransportError, tookMs: number) => void;
};

/** Calls of one number, in their order. What has not left at `until`, on the same clock, is not sent any more. */
export type Slice = { lane: string; perSecond: number; until: number; calls: Call[] };

/** When the last call of a slice has left: after how long another process may go on. */
export type Departed = { freeInMs: number };

/**
 * Carries slices of calls, each call at its slot and the number's rate never exceeded, whatever else the process does. A call
 * that has not left in time is not made: `HELD_UP`, not sent. `carry` never throws and never rejects.
 */
export type Courier = { carry(slice: Slice): Promise<Departed>; close(): Promise<void> };

type Lane = { pace: Pace; last: Promise<unknown> };
const lanes = new Map<string, Lane>();

/** A courier in this thread. Numbers keep their pace however many couriers are made for them. */
export function localCourier(transport: Transport): Courier {
  return {
    carry(slice) {
      const lane = lanes.get(slice.lane) ?? { pace: new Pace(), last: Promise.resolve() };
      lanes.set(slice.lane, lane);
      const departed = lane.last.then(async () => {
        await depart(slice, lane.pace, transport);
        return { freeInMs: lane.pace.freeInMs(slice.perSecond) };
      });
      lane.last = departed;
      return departed;
    },
    close: async () => undefined,
  };
}

/** Lets the calls of a slice leave one after another, each when it may. */
async function depart({ calls, perSecond, until }: Slice, pace: Pace, transport: Transport): Promise<void> {
  for (const call of calls) {
    for (let waitMs = pace.waitMs(call.slot, perSecond); waitMs > 0; waitMs = pace.waitMs(call.slot, perSecond))
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (monotonicMs() > until) {
      call.onError(new TransportError(HELD_UP, false), 0);
      continue;
    }
    const { start, drop } = pace.leave();
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

type Plain = Omit<Slice, "calls"> & { id: number; calls: Pick<Call, "slot" | "request">[] };
type Result = { id: number; index: number; tookMs: number } & ({ answer: GraphResponse } | { code: string; wasSent: boolean });
type Report = { results: Result[]; departed: ({ id: number } & Departed)[] };
/** The thread's first word: from now on it may have sent what it got. */
const READY = "ready";

/**
 * A courier in a thread of its own, so that nothing that keeps this one busy disturbs the pace. `file` is a module that calls
 * `serveCourier`. When the thread dies, what it had may have been sent: `COURIER_LOST`; the next slice starts another. One that
 * never came up has sent nothing.
 */
export function threadCourier(file: URL): Courier {
  type Open = { calls: Call[]; left: number; departed: ((departed: Departed) => void) | null };
  let slices = 0;
  const open = new Map<number, Open>();
  const finish = (id: number, slice: Open) => {
    if (slice.left === 0 && !slice.departed) open.delete(id);
  };
  let worker: Worker | undefined;
  const ensure = (): Worker => {
    worker ??= start();
    return worker;
  };
  // Before the first slice: starting takes longer than a message may wait.
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
        const slice = open.get(result.id);
        const call = slice?.calls[result.index];
        if (!slice || !call) continue;
        slice.left -= 1;
        if ("answer" in result) call.onAnswer(result.answer, result.tookMs);
        else call.onError(new TransportError(result.code, result.wasSent), result.tookMs);
        delete slice.calls[result.index];
        finish(result.id, slice);
      }
      for (const { id, freeInMs } of departed) {
        const slice = open.get(id);
        slice?.departed?.({ freeInMs });
        if (slice) slice.departed = null;
        if (slice) finish(id, slice);
      }
    });
    started.once("error", (error) => log.error({ err: error }, "The thread that calls Meta died; another takes over"));
    started.once("exit", () => {
      worker = undefined;
      for (const slice of open.values()) {
        for (const call of slice.calls) call?.onError(new TransportError("COURIER_LOST", isReady), 0);
        slice.departed?.({ freeInMs: 1_000 });
      }
      open.clear();
    });
    started.unref();
    return started;
  }

  return {
    carry({ calls, ...slice }) {
      slices += 1;
      const plain: Plain = { ...slice, id: slices, calls: calls.map(({ slot, request }) => ({ slot, request })) };
      return new Promise((departed) => {
        try {
          const to = ensure();
          open.set(plain.id, { calls: [...calls], left: calls.length, departed });
          to.postMessage(plain);
        } catch (error) {
          open.delete(plain.id);
          log.error({ err: error }, "The thread that calls Meta could not be started");
          for (const call of calls) call.onError(new TransportError("COURIER_LOST", false), 0);
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
  on(event: "message", listener: (slice: Plain) => void): unknown;
  postMessage(message: Report | typeof READY): void;
};

/** The other end of `threadCourier`: carries what comes in and reports what became of it, together what came together. */
export function serveCourier(port: Port, transport: Transport): void {
  const courier = localCourier(transport);
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
  port.on("message", ({ id, calls, ...slice }) => {
    const carried = calls.map((call, index) => ({
      ...call,
      onAnswer: (answer: GraphResponse, tookMs: number) => note(({ results }) => results.push({ id, index, tookMs, answer })),
      onError: ({ code, wasSent }: TransportError, tookMs: number) =>
        note(({ results }) => results.push({ id, index, tookMs, code, wasSent })),
    }));
    void courier.carry({ ...slice, calls: carried }).then((left) => note(({ departed }) => departed.push({ id, ...left })));
  });
  port.postMessage(READY);
}

const held = globalThis as typeof globalThis & { __courier?: Courier };

/** The server says who carries the calls to Meta; without one they leave from this thread. */
export function setCourier(courier: Courier | undefined): void {
  held.__courier = courier;
}

/** Who carries the calls of an integration: a transport of its own, which only this thread has, or Meta's. */
export function courierFor(own: Transport | undefined, shared: () => Transport): Courier {
  if (own) return localCourier(own);
  return held.__courier ?? localCourier(shared());
}
