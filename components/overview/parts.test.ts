import { expect, test } from "vitest";
import { partsOf } from "./parts";

test("the parts of a day add up to what was accepted, also when some failed after they were sent and some were cancelled", () => {
  // 2 read, 3 delivered, 4 sent, 1 sent and then failed, 2 failed unsent, 5 waiting, 3 cancelled
  const counts = { accepted: 20, read: 2, delivered: 5, sent: 10, failed: 3, waiting: 5, cancelled: 3 };
  const values = Object.fromEntries(partsOf(counts).map(({ name, value }) => [name, value]));
  expect(values).toEqual({ read: 2, delivered: 3, sent: 4, waiting: 5, failed: 3, cancelled: 3 });
  expect(Object.values(values).reduce((sum, value) => sum + value, 0)).toBe(counts.accepted);
});
