import { describe, expect, test } from "vitest";
import { decide, type Watched } from "./watch";

const t0 = Date.parse("2026-11-25T12:00:00Z");
const at = (seconds: number) => new Date(t0 + seconds * 1000);
const well: Watched = { state: "well", since: at(0) };
const stalled: Watched = { state: "stalled", since: at(0) };
const takenOver: Watched = { state: "taken_over", since: at(0) };
const seen = (seconds: number, inngest: number | null, untakenSeconds = 0, mayTakeOver = true) => ({
  at: at(seconds),
  inngestSeenAt: inngest === null ? null : at(inngest),
  untakenSeconds,
  mayTakeOver,
});

describe("an Inngest that wakes nobody", () => {
  test.each([
    ["calls every minute: nothing", well, seen(60, 10, 500), "well", "nothing"],
    ["is silent and nothing is due: nothing", well, seen(900, 10, 0), "well", "nothing"],
    ["is silent and something is due for a minute: registered again", well, seen(900, 10, 61), "stalled", "register"],
    ["never called and something is due: registered again", well, seen(900, null, 61), "stalled", "register"],
    ["stays silent: registered again each time", stalled, seen(100, null, 200), "stalled", "register"],
    ["stays silent for three minutes: the built-in engine takes over", stalled, seen(180, null, 200), "taken_over", "take_over"],
    ["stays silent, and nobody may take over: registered again", stalled, seen(600, null, 200, false), "stalled", "register"],
    [
      "stays silent while the other engine works: registered again, nothing being late",
      takenOver,
      seen(600, null, 0),
      "taken_over",
      "register",
    ],
    ["calls again: well", stalled, seen(100, 95, 0), "well", "nothing"],
    ["calls again: the built-in engine gives back", takenOver, seen(600, 590, 0), "well", "give_back"],
  ] as const)("%s", (_, before, what, state, act) => {
    const decided = decide(before, what);
    expect(decided).toMatchObject({ next: { state }, act });
  });
});
