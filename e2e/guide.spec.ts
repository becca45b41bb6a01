import { expect, test } from "@playwright/test";
import { readGuide, runGuide } from "../scripts/guide-commands";
import { demo } from "./demo";

test("every command of the guide does what the guide says, and its messages are read", async () => {
  test.setTimeout(180_000);
  const { url, token } = await demo();
  const differences = await runGuide(await readGuide(), {
    url,
    token,
    readWithinMs: 60_000,
    say: (line) => console.log(`      ${line}`),
  });
  expect(differences).toEqual([]);
});
