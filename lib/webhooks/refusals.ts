import "server-only";
import { AppError } from "@/lib/errors";
import { networkOf } from "@/lib/network";

/** So many wrong signatures are forgiven at once, and so many a second after that. */
const BURST = 30;
const PER_SECOND = 0.5;
const MOST_NETWORKS = 10_000;

type Bucket = { left: number; at: number };

/**
 * Wrong signatures, counted by the network they came from, in this process. Each right one makes up for a wrong one: one customer's
 * wrong app secret must not shut out Meta's machines, from which the others' webhooks come too.
 */
export class Refusals {
  readonly #buckets = new Map<string, Bucket>();

  /** `too_many_attempts` while an address has used up its wrong ones. */
  refusalFor(address: string | null, now: Date): AppError | undefined {
    const { left } = this.#read(keyOf(address), now);
    if (left >= 1) return undefined;
    return new AppError("too_many_attempts", "Too many webhooks with a wrong signature came from this address", {
      retryAfterSeconds: (1 - left) / PER_SECOND,
    });
  }

  count(address: string | null, now: Date): void {
    this.#add(keyOf(address), -1, now);
  }

  makeUp(address: string | null, now: Date): void {
    if (this.#buckets.has(keyOf(address))) this.#add(keyOf(address), 1, now);
  }

  #read(key: string, now: Date): Bucket {
    const known = this.#buckets.get(key);
    if (!known) return { left: BURST, at: now.getTime() };
    const seconds = Math.max(0, now.getTime() - known.at) / 1000;
    return { left: Math.min(BURST, known.left + seconds * PER_SECOND), at: now.getTime() };
  }

  #add(key: string, amount: number, now: Date): void {
    const bucket = this.#read(key, now);
    bucket.left = Math.min(BURST, bucket.left + amount);
    this.#buckets.delete(key);
    if (bucket.left < BURST) this.#buckets.set(key, bucket);
    // The first key is the one that was quiet longest.
    if (this.#buckets.size > MOST_NETWORKS) this.#buckets.delete(this.#buckets.keys().next().value ?? "");
  }
}

function keyOf(address: string | null): string {
  return networkOf(address ?? "unknown");
}
