import { expect, test } from "vitest";
import { isSound, judge, type Told } from "./judge";

const told = (id: string, status: string, more: Partial<Told> = {}): Told => ({
  id,
  status,
  reason: null,
  answered: true,
  doubted: false,
  ...more,
});

test("a message that arrived once and is said to have arrived is sound", () => {
  const verdict = judge(
    [told("a", "read"), told("b", "sent", { answered: false })],
    new Map([
      ["a", 1],
      ["b", 1],
    ]),
  );
  expect(verdict).toMatchObject({
    messages: 2,
    arrivedOnce: 2,
    doubled: 0,
    lost: 0,
    wronglyFailed: 0,
    unknownSettledByWebhook: 1,
  });
  expect(isSound(verdict)).toBe(true);
});

test("not knowing, refusing and taking back are honest whether it arrived or not", () => {
  const unknown = { reason: "outcome_unknown", answered: false };
  const messages = [
    told("a", "failed", unknown),
    told("b", "failed", unknown),
    told("c", "failed", { reason: "bad_recipient" }),
    told("d", "cancelled"),
  ];
  const verdict = judge(messages, new Map([["a", 1]]));
  expect(verdict).toMatchObject({ endedUnknown: 2, endedUnknownArrived: 1, failed: 1, cancelled: 1, lost: 0, wronglyFailed: 0 });
  expect(isSound(verdict)).toBe(true);
});

test.each([
  ["doubled", [told("a", "read")], new Map([["a", 2]])],
  ["lost", [told("a", "sent")], new Map()],
  ["lost", [told("a", "queued")], new Map()],
  ["wronglyFailed", [told("a", "failed", { reason: "bad_recipient" })], new Map([["a", 1]])],
  ["wronglyFailed", [told("a", "cancelled")], new Map([["a", 1]])],
] as const)("finds a message that is %s", (what, messages, arrivals) => {
  const verdict = judge(messages, arrivals);
  expect(verdict[what]).toBe(1);
  expect(isSound(verdict)).toBe(false);
});
