import { describe, expect, it } from "vitest";
import { keepPlaces, takePlaces } from "./use-still-rows";

type Row = { id: string; status: string };
const idOf = (row: Row) => row.id;
const row = (id: string, status = "queued"): Row => ({ id, status });
const ids = (rows: Row[]) => rows.map(idOf).join("");

describe("rows under the pointer", () => {
  const places = takePlaces([row("c"), row("b"), row("a")], idOf);

  it("stay where they are while new ones come, which are counted", () => {
    const still = keepPlaces(places, [row("e"), row("d"), row("c"), row("b"), row("a")], idOf);
    expect(ids(still.rows)).toBe("cba");
    expect(still.waiting).toBe(2);
  });

  it("show what changed in them", () => {
    const still = keepPlaces(places, [row("d"), row("c"), row("b", "read"), row("a")], idOf);
    expect(still.rows[1]).toEqual(row("b", "read"));
  });

  it("take the next page at their end", () => {
    const still = keepPlaces(places, [row("d"), row("c"), row("b"), row("a"), row("z"), row("y")], idOf);
    expect(ids(still.rows)).toBe("cbazy");
    expect(still.waiting).toBe(1);
  });

  it("stay also when the list has let them go", () => {
    expect(ids(keepPlaces(places, [row("d"), row("c"), row("a")], idOf).rows)).toBe("cba");
    expect(keepPlaces(places, [row("x")], idOf)).toMatchObject({ waiting: 1 });
  });
});
