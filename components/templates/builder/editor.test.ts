import { expect, it } from "vitest";
import { emptyDraft } from "./draft";
import { begin, step } from "./editor";

const typed = (history: ReturnType<typeof begin>, body: string, at: number, field = "body") =>
  step(history, { kind: "change", field, change: (draft) => ({ ...draft, body }), at });

it("takes back what was typed at once in one step, and brings it again", () => {
  let history = begin(emptyDraft("int_1", "en"));
  history = typed(history, "H", 0);
  history = typed(history, "Hello", 500);
  history = typed(history, "Hello you", 5_000);
  history = typed(history, "Hello you!", 5_100, "toolbar");
  const bodies: string[] = [];
  while (history.past.length > 0) {
    history = step(history, { kind: "undo" });
    bodies.push(history.present.body);
  }
  expect(bodies).toEqual(["Hello you", "Hello", ""]);
  for (let at = 0; at < 3; at++) history = step(history, { kind: "redo" });
  expect(history.present.body).toBe("Hello you!");
});

it("forgets the way forth once something else is written", () => {
  let history = typed(begin(emptyDraft("int_1", "en")), "one", 0);
  history = typed(step(history, { kind: "undo" }), "two", 9_000);
  expect(history.future).toEqual([]);
  expect(step(history, { kind: "redo" }).present.body).toBe("two");
});
