import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { drawStates, listTransitions, OUTCOME_UNKNOWN, reportedAs, reportTransition, stateOf, TRANSITIONS } from "./states";
import { MESSAGE_STATUSES } from "./words";

describe("a message's states", () => {
  test("are drawn in the operations page as the table has them", () => {
    const page = readFileSync(join(process.cwd(), "docs/operations.md"), "utf8");
    expect(page).toContain(drawStates());
    expect(page).toContain(listTransitions());
  });

  test("never lead back from what Meta reported, and never out of a message that was taken back", () => {
    const ends = ["sent", "delivered", "read", "cancelled"];
    for (const [name, { from, to }] of Object.entries<{ from: readonly string[]; to: string }>(TRANSITIONS))
      for (const state of from) {
        if (state === "cancelled" || state === "read") throw new Error(`${name} leads out of ${state}`);
        if (ends.includes(state)) expect(["delivered", "read", "failed"], name).toContain(to);
        if (state === "delivered") expect(to, name).toBe("read");
      }
  });

  test("each can be reached", () => {
    const reached = new Set<string>(["queued", "scheduled", ...Object.values(TRANSITIONS).map(({ to }) => to)]);
    expect(MESSAGE_STATUSES.filter((status) => !reached.has(status))).toEqual([]);
  });

  test("take the truth when a message was given up as unknown", () => {
    const state = stateOf({ status: "failed", failure: { reason: OUTCOME_UNKNOWN } });
    for (const word of ["sent", "delivered", "read", "failed"] as const) expect(reportTransition(state, word)).not.toBeNull();
    expect(reportTransition("failed", "sent")).toBeNull();
    expect(reportTransition("failed", "delivered")).toBe("reportDelivered");
  });

  test("know Meta's words", () => {
    expect(["sent", "delivered", "read", "played", "failed", "deleted", "constructor"].map(reportedAs)).toEqual([
      "sent",
      "delivered",
      "read",
      "played",
      "failed",
      null,
      null,
    ]);
  });
});
