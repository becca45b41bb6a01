import { expect, test } from "vitest";
import { firstIdAt, newId } from "./ids";

test("ids made one after another sort in that order and never repeat", () => {
  const ids = Array.from({ length: 5_000 }, () => newId("msg"));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids[0]).toMatch(/^msg_[0-9A-HJKMNP-TV-Z]{26}$/);
});

test("an id made for another time sorts by that time", () => {
  newId("msg");
  const day = 86_400_000;
  const [older, newer] = [newId("msg", Date.now() - 2 * day), newId("msg", Date.now() - day)];
  expect(older < newer && newer < newId("msg")).toBe(true);
});

test("no id of a moment is smaller than its first one, and every id of the millisecond before is", () => {
  const now = Date.now();
  const first = firstIdAt("msg", new Date(now));
  for (let i = 0; i < 1_000; i++) {
    expect(newId("msg", now) >= first).toBe(true);
    expect(newId("msg", now - 1) < first).toBe(true);
  }
});
