import type { Arrival } from "./store";

const WINDOW_MS = 1000;
const DOUBLES_SHOWN = 50;

type NumberCount = {
  accepted: number;
  refused: Record<string, number>;
  /** Accepted and refused in each second since 1970. */
  seconds: Map<number, [number, number]>;
  /** As they were read, and as early as they can have arrived. */
  read: Window;
  arrived: Window;
};

/** Counts what reaches the stand-in: it is the judge of pace, loss and doubles. */
export class Arrivals {
  #numbers = new Map<string, NumberCount>();
  #callbacks = new Map<string, number>();
  #recipients = new Set<string>();
  #withoutCallback = 0;

  constructor() {
    startWatch();
  }

  observe({ account, e164, callbackData, code, accepted }: Arrival): void {
    const count = this.#numberCount(account.phoneNumberId);
    const second = Math.floor(Date.now() / 1000);
    const pair = count.seconds.get(second) ?? [0, 0];
    pair[accepted ? 0 : 1] += 1;
    count.seconds.set(second, pair);
    const now = performance.now();
    count.read.add(now, now);
    count.arrived.add(look.last, now);
    if (accepted) {
      count.accepted += 1;
      if (callbackData === null) this.#withoutCallback += 1;
      else this.#callbacks.set(callbackData, (this.#callbacks.get(callbackData) ?? 0) + 1);
      if (e164 !== null) this.#recipients.add(e164);
    } else {
      const key = code === null ? "lost" : String(code);
      count.refused[key] = (count.refused[key] ?? 0) + 1;
    }
  }

  summary() {
    const doubled = [...this.#callbacks].filter(([, times]) => times > 1);
    const numbers = [...this.#numbers].map(([phoneNumberId, count]) => {
      const perSecond = [...count.seconds]
        .sort(([a], [b]) => a - b)
        .map(([second, [accepted, refused]]) => ({ second, accepted, refused }));
      return {
        phoneNumberId,
        accepted: count.accepted,
        refused: count.refused,
        maxPerSecond: Math.max(0, ...perSecond.map((s) => s.accepted + s.refused)),
        maxInAnySecond: count.read.most,
        certainInAnySecond: count.arrived.most,
        perSecond,
      };
    });
    return {
      accepted: numbers.reduce((sum, n) => sum + n.accepted, 0),
      recipients: this.#recipients.size,
      callbacks: {
        distinct: this.#callbacks.size,
        doubled: doubled.length,
        withoutCallbackData: this.#withoutCallback,
        examples: doubled.slice(0, DOUBLES_SHOWN),
      },
      numbers,
    };
  }

  /** Every callback data that was accepted, with how often. */
  callbacks(): IterableIterator<[string, number]> {
    return this.#callbacks.entries();
  }

  reset(): void {
    this.#numbers.clear();
    this.#callbacks.clear();
    this.#recipients.clear();
    this.#withoutCallback = 0;
  }

  #numberCount(phoneNumberId: string): NumberCount {
    let count = this.#numbers.get(phoneNumberId);
    if (!count) {
      count = { accepted: 0, refused: {}, seconds: new Map(), read: new Window(), arrived: new Window() };
      this.#numbers.set(phoneNumberId, count);
    }
    return count;
  }
}

/** Keeps the arrivals of the last second in a ring and notes the most there ever were. */
class Window {
  most = 0;
  #recent = new Float64Array(1024);
  #head = 0;
  #size = 0;

  /** One that came at `from` at the earliest, and at `to` at the latest. */
  add(from: number, to: number): void {
    const capacity = this.#recent.length;
    while (this.#size > 0 && to - (this.#recent[this.#head] ?? 0) >= WINDOW_MS) {
      this.#head = (this.#head + 1) % capacity;
      this.#size -= 1;
    }
    if (this.#size === capacity) {
      const larger = new Float64Array(capacity * 2);
      for (let i = 0; i < capacity; i++) larger[i] = this.#recent[(this.#head + i) % capacity] ?? 0;
      this.#recent = larger;
      this.#head = 0;
    }
    this.#recent[(this.#head + this.#size) % this.#recent.length] = from;
    this.#size += 1;
    this.most = Math.max(this.most, this.#size);
  }
}

/**
 * A judge that was busy for 20 ms reads at once what came in meanwhile, and would see a crowd where there was none: what is read
 * now can have been waiting since `last`, the round of the event loop before this one, whose sockets were read to the end.
 */
const look = { last: performance.now(), current: performance.now() };
let isWatching = false;

function startWatch(): void {
  if (isWatching) return;
  isWatching = true;
  setInterval(() => {
    look.last = look.current;
    look.current = performance.now();
  }, 1).unref();
}
