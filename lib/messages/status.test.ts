import { describe, expect, test } from "vitest";
import type { MESSAGE_STATUSES } from "./schema";
import { mayBecome, OUTCOME_UNKNOWN, statusFromMeta } from "./status";

describe("a message's state", () => {
  test.each([
    ["sending", "sent", true],
    ["unknown", "sent", true],
    ["unknown", "failed", true],
    ["queued", "delivered", true],
    ["sent", "delivered", true],
    ["sent", "read", true],
    ["sent", "failed", true],
    ["sent", "sent", false],
    ["delivered", "sent", false],
    ["delivered", "failed", false],
    ["read", "delivered", false],
    ["read", "read", false],
    ["failed", "delivered", false],
    ["cancelled", "sent", false],
  ] as const)("%s then %s: %s", (current, next, allowed) => {
    expect(mayBecome({ status: current }, next)).toBe(allowed);
  });

  test("takes the truth when it was given up as unknown", () => {
    const givenUp = { status: "failed", failure: { reason: OUTCOME_UNKNOWN } } as const;
    for (const next of ["sent", "delivered", "read", "failed"] as const) expect(mayBecome(givenUp, next)).toBe(true);
  });

  test("ends in the same place whatever the order and however often", () => {
    const words = ["sent", "delivered", "read"] as const;
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      let status: (typeof MESSAGE_STATUSES)[number] = "sending";
      for (const i of [...order, ...order]) {
        const next = words[i] ?? "sent";
        if (mayBecome({ status }, next)) status = next;
      }
      expect(status).toBe("read");
    }
  });

  test("knows Meta's words", () => {
    expect(["sent", "delivered", "read", "played", "failed", "deleted"].map(statusFromMeta)).toEqual([
      "sent",
      "delivered",
      "read",
      "read",
      "failed",
      null,
    ]);
  });
});
