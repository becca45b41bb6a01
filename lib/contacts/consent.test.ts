import { describe, expect, test } from "vitest";
import { deriveConsent, type LedgerEntry, mayReceive, NO_CONSENT } from "./consent";
import type { ConsentPurpose, ConsentState, ConsentStatus } from "./schema";

const at = (minutes: number, ms = 0) => new Date(Date.UTC(2026, 10, 1, 10, minutes, 0, ms));

function entry(purpose: ConsentPurpose, status: ConsentStatus, occurred: Date, recorded = occurred): LedgerEntry {
  return { purpose, status, occurredAt: occurred, recordedAt: recorded };
}

const state = (
  marketing: ConsentState["marketing"],
  utility: ConsentState["utility"],
  authentication: ConsentState["authentication"],
): ConsentState => ({
  marketing,
  utility,
  authentication,
});
const IN = "opted_in";
const OUT = "opted_out";
const NONE = "none";

describe("the newest word counts", () => {
  const cases: [string, LedgerEntry[], ConsentState][] = [
    ["an empty ledger says nothing", [], NO_CONSENT],
    ["all means every purpose", [entry("all", IN, at(0))], state(IN, IN, IN)],
    ["a purpose speaks for itself only", [entry("utility", IN, at(0))], state(NONE, IN, NONE)],
    ["a later no to all ends an earlier yes", [entry("marketing", IN, at(0)), entry("all", OUT, at(1))], state(OUT, OUT, OUT)],
    [
      "a later yes to one purpose stands beside a no to all",
      [entry("all", OUT, at(0)), entry("utility", IN, at(1))],
      state(OUT, IN, OUT),
    ],
    [
      "the order of recording does not matter",
      [entry("all", OUT, at(5), at(6)), entry("all", IN, at(1), at(9))],
      state(OUT, OUT, OUT),
    ],
    [
      "at the same moment the later recorded counts",
      [entry("all", OUT, at(1), at(3)), entry("all", IN, at(1), at(2))],
      state(OUT, OUT, OUT),
    ],
    [
      "within one second the later recorded counts, for Meta's times have no fractions",
      [entry("all", IN, at(1, 700), at(1, 700)), entry("all", OUT, at(1), at(1, 900))],
      state(OUT, OUT, OUT),
    ],
  ];
  test.each(cases)("%s", (_, ledger, wanted) => {
    expect(deriveConsent(ledger)).toEqual(wanted);
    expect(deriveConsent([...ledger].reverse())).toEqual(wanted);
  });
});

describe("who may receive what", () => {
  const cases: [ConsentState, Parameters<typeof mayReceive>[1], boolean, boolean][] = [
    [NO_CONSENT, "marketing", true, false],
    [NO_CONSENT, "utility", true, false],
    [state(IN, NONE, NONE), "marketing", false, true],
    [state(IN, NONE, NONE), "utility", true, false],
    [state(OUT, IN, NONE), "marketing", true, false],
    [state(NONE, NONE, IN), "authentication", false, true],
    // Free text: any opt-in, or an open window of a person who has not refused everything.
    [NO_CONSENT, "service", false, false],
    [NO_CONSENT, "service", true, true],
    [state(NONE, IN, NONE), "service", false, true],
    [state(OUT, NONE, NONE), "service", true, true],
    [state(OUT, OUT, OUT), "service", true, false],
    [state(OUT, OUT, IN), "service", false, true],
  ];
  test.each(cases)("%j, %s, window open %s: %s", (given, purpose, windowOpen, allowed) => {
    expect(mayReceive(given, purpose, { windowOpen })).toBe(allowed);
  });
});
