import { beforeAll, expect, test } from "vitest";
import type { Db } from "@/db/client";
import { useTestDatabase } from "@/db/testing";
import { makeOrganization } from "@/db/testing-data";
import { openDatabase } from "@/lib/ctx";
import { updateOrganization } from "./organizations";
import { DEFAULT_BUSINESS_HOURS } from "./schema";

useTestDatabase();

let db: Db;
beforeAll(async () => {
  db = await openDatabase();
});

/** In Istanbul it is the 26th already. */
const NOW = new Date("2026-11-25T22:30:00Z");
const hoursWith = (...dates: string[]) => ({
  businessHours: { ...DEFAULT_BUSINESS_HOURS, holidays: dates.map((date) => ({ date })) },
});

test("takes no new holiday that is over by the organization's own calendar, and keeps those that passed since", async () => {
  const { ctx } = await makeOrganization(db, { settings: { timeZone: "Europe/Istanbul" } });
  const at = (now: Date) => ({ ...ctx, now });
  await expect(updateOrganization(at(NOW), hoursWith("2026-11-26", "2020-01-01", "2026-11-25"))).rejects.toMatchObject({
    code: "validation_failed",
    details: [{ path: "businessHours.holidays.1.date" }, { path: "businessHours.holidays.2.date" }],
  });
  await updateOrganization(at(NOW), hoursWith("2026-11-26"));
  const later = new Date("2026-12-24T10:00:00Z");
  const { businessHours } = await updateOrganization(at(later), hoursWith("2026-11-26", "2026-12-25"));
  expect(businessHours.holidays.map(({ date }) => date)).toEqual(["2026-11-26", "2026-12-25"]);
});
