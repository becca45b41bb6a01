/** Messages a second, in and out together, of one business number. Source: Meta, "Throughput" (2025). */
const THROUGHPUT_PER_SECOND = { STANDARD: 80, HIGH: 1000, COEXISTENCE: 20 } as const;

/** Meta's limit from one business number to one person: 1 message in 6 s, 10 a minute, 600 an hour; 45 may go at once, borrowed from later. */
export const PAIR_LIMIT = { intervalMs: 6_000, burst: 45, perMinute: 10, perHour: 600 } as const;

/**
 * Messages a second that Meta carries for a number, from `throughput.level` of the phone number. A number that also runs in
 * the WhatsApp Business app (`is_on_biz_app`) has the fixed coexistence rate. An unknown or missing level counts as STANDARD.
 */
export function throughputPerSecond(number: { level?: string | null; isOnBizApp?: boolean | null }): number {
  if (number.isOnBizApp) return THROUGHPUT_PER_SECOND.COEXISTENCE;
  return number.level?.toUpperCase() === "HIGH" ? THROUGHPUT_PER_SECOND.HIGH : THROUGHPUT_PER_SECOND.STANDARD;
}

const PAIR_WAIT_MAX_MS = 60 * 60 * 1000;

/** How long to hold one person after the n-th refusal in a row with 131056, n from 0: Meta's 4^n seconds, one hour at most. */
export function pairWaitMs(refusals: number): number {
  return Math.min(4 ** Math.max(0, refusals) * 1000, PAIR_WAIT_MAX_MS);
}
