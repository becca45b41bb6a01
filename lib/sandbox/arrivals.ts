import type { Arrival } from "./store";

const WINDOW_MS = 1000;
const DOUBLES_SHOWN = 50;

type NumberCount = {
  accepted: number;
  refused: Record<string, number>;
  /** Accepted and refused in each second since 1970. */
  seconds: Map<number, [number, number]>;
  recent: Float64Array;
  head: number;
  size: number;
  maxInAnySecond: number;
};

/** Counts what reaches the stand-in: it is the judge of pace, loss and doubles. */
export class Arrivals {
  #numbers = new Map<string, NumberCount>();
  #callbacks = new Map<string, number>();
  #recipients = new Set<string>();
  #withoutCallback = 0;

  constructor(
    private readonly clock: () => number = () => performance.now(),
    private readonly wall: () => number = Date.now,
  ) {}

  observe({ account, e164, callbackData, code, accepted }: Arrival): void {
    const count = this.#numberCount(account.phoneNumberId);
    const second = Math.floor(this.wall() / 1000);
    const pair = count.seconds.get(second) ?? [0, 0];
    pair[accepted ? 0 : 1] += 1;
    count.seconds.set(second, pair);
    slide(count, this.clock());
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
        maxInAnySecond: count.maxInAnySecond,
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
      count = {
        accepted: 0,
        refused: {},
        seconds: new Map(),
        recent: new Float64Array(1024),
        head: 0,
        size: 0,
        maxInAnySecond: 0,
      };
      this.#numbers.set(phoneNumberId, count);
    }
    return count;
  }
}

/** Keeps the arrivals of the last second in a ring and notes the most there ever were. */
function slide(count: NumberCount, at: number): void {
  const capacity = count.recent.length;
  while (count.size > 0 && at - (count.recent[count.head] ?? 0) >= WINDOW_MS) {
    count.head = (count.head + 1) % capacity;
    count.size -= 1;
  }
  if (count.size === capacity) {
    const larger = new Float64Array(capacity * 2);
    for (let i = 0; i < capacity; i++) larger[i] = count.recent[(count.head + i) % capacity] ?? 0;
    count.recent = larger;
    count.head = 0;
  }
  count.recent[(count.head + count.size) % count.recent.length] = at;
  count.size += 1;
  count.maxInAnySecond = Math.max(count.maxInAnySecond, count.size);
}
