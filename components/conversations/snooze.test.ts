import { expect, test } from "vitest";
import { snoozeChoices } from "./snooze";

test("a conversation comes back in the morning of the organization's clock", () => {
  const at = (now: string, zone: string) =>
    Object.fromEntries(snoozeChoices(new Date(now), zone).map(({ name, until }) => [name, until.toISOString()]));
  expect(at("2026-11-26T22:30:00Z", "Europe/Istanbul")).toEqual({
    later: "2026-11-27T01:30:00.000Z",
    tomorrow: "2026-11-28T06:00:00.000Z",
    nextWeek: "2026-11-30T06:00:00.000Z",
  });
  expect(at("2026-10-24T12:00:00Z", "Europe/Berlin").tomorrow).toBe("2026-10-25T08:00:00.000Z");
});
