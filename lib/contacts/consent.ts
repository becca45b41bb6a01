import type { ConsentPurpose, ConsentState, ConsentStatus } from "./schema";

export type LedgerEntry = { purpose: ConsentPurpose; status: ConsentStatus; occurredAt: Date; recordedAt: Date; id?: string };

/** What a message may be for; `service` is free text. */
type SendingPurpose = "marketing" | "utility" | "authentication" | "service";

export const NO_CONSENT: ConsentState = { marketing: "none", utility: "none", authentication: "none" };

/**
 * What a person's ledger says today. For a purpose the newest entry decides, among those of the purpose and those for `all`.
 * Meta's times have whole seconds, so within one second the entry that was recorded later is the newer one.
 */
export function deriveConsent(entries: readonly LedgerEntry[]): ConsentState {
  const decide = (purpose: ConsentPurpose) =>
    entries
      .filter((entry) => entry.purpose === purpose || entry.purpose === "all")
      .reduce<LedgerEntry | undefined>(newer, undefined)?.status ?? "none";
  return { marketing: decide("marketing"), utility: decide("utility"), authentication: decide("authentication") };
}

function newer(best: LedgerEntry | undefined, entry: LedgerEntry): LedgerEntry {
  if (!best) return entry;
  const apart =
    second(entry.occurredAt) - second(best.occurredAt) ||
    entry.recordedAt.getTime() - best.recordedAt.getTime() ||
    ((entry.id ?? "") < (best.id ?? "") ? -1 : 1);
  return apart >= 0 ? entry : best;
}

function second(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}

/** True when a person said no to everything there is. */
function hasOptedOutOfAll(state: ConsentState): boolean {
  return Object.values(state).every((status) => status === "opted_out");
}

/**
 * Whether a person may get a message of a purpose. Templates need an opt-in for their own purpose. Free text needs any opt-in,
 * or the person's own message (an open 24-hour window) unless everything was refused.
 */
export function mayReceive(state: ConsentState, purpose: SendingPurpose, { windowOpen }: { windowOpen: boolean }): boolean {
  if (purpose !== "service") return state[purpose] === "opted_in";
  return Object.values(state).includes("opted_in") || (windowOpen && !hasOptedOutOfAll(state));
}
