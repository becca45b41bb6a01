import { expect, it } from "vitest";
import { pairWaitMs, throughputPerSecond } from "@/lib/whatsapp/limits";

it.each([
  [{ level: "STANDARD" }, 80],
  [{ level: "HIGH" }, 1000],
  [{ level: "high" }, 1000],
  [{ level: "NOT_APPLICABLE" }, 80],
  [{ level: "TURBO" }, 80],
  [{}, 80],
  [{ level: null }, 80],
  [{ level: "HIGH", isOnBizApp: true }, 20],
])("%j carries %i a second", (number, perSecond) => {
  expect(throughputPerSecond(number)).toBe(perSecond);
});

it.each([
  [0, 1_000],
  [1, 4_000],
  [2, 16_000],
  [3, 64_000],
  [-1, 1_000],
  [50, 3_600_000],
])("after refusal %i a person waits %i ms", (refusals, ms) => {
  expect(pairWaitMs(refusals)).toBe(ms);
});
