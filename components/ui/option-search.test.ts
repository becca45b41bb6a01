import { expect, it } from "vitest";
import { countries } from "@/lib/i18n/places";
import { timeZones } from "@/lib/i18n/time-zones";
import { findOptions } from "./option-search";

const NOW = new Date("2026-11-25T12:00:00Z");
const COUNTRIES = { tr: countries("tr"), en: countries("en") };
const ZONES = { tr: timeZones("tr", NOW), en: timeZones("en", NOW) };

it.each([
  ["tr", "TÜRKİYE", "TR"],
  ["tr", "türkiye", "TR"],
  ["tr", "turkiye", "TR"],
  ["tr", "TURKIYE", "TR"],
  ["tr", "türkıye", "TR"],
  ["tr", "Turkey", "TR"],
  ["en", "turkiye", "TR"],
  ["tr", "ırak", "IQ"],
  ["tr", "Irak", "IQ"],
  ["tr", "İRAN", "IR"],
  ["tr", "ingiltere", "GB"],
  ["tr", "almanya", "DE"],
  ["tr", "Germany", "DE"],
  ["en", "almanya", "DE"],
  ["en", "90", "TR"],
  ["en", "+90", "TR"],
  ["tr", "+49", "DE"],
  ["en", "de", "DE"],
  ["tr", "amerika birlesik", "US"],
] as const)("in %s the country %s is %s", (language, query, value) => {
  expect(findOptions(COUNTRIES[language], query)[0]?.value).toBe(value);
});

it.each([
  ["tr", "İstanbul", "Europe/Istanbul"],
  ["tr", "ISTANBUL", "Europe/Istanbul"],
  ["tr", "istanbul", "Europe/Istanbul"],
  ["tr", "türkiye", "Europe/Istanbul"],
  ["en", "Türkiye", "Europe/Istanbul"],
  ["en", "turkey", "Europe/Istanbul"],
  ["tr", "londra", "Europe/London"],
  ["tr", "ATİNA", "Europe/Athens"],
  ["tr", "viyana", "Europe/Vienna"],
  ["tr", "Moskova", "Europe/Moscow"],
  ["tr", "Bakü", "Asia/Baku"],
  ["tr", "new york", "America/New_York"],
  ["tr", "utc", "UTC"],
] as const)("in %s the time zone %s is %s", (language, query, value) => {
  expect(findOptions(ZONES[language], query)[0]?.value).toBe(value);
});

it("finds time zones by their distance from UTC", () => {
  for (const query of ["+03", "+3", "gmt+03:00", "utc+3"]) {
    expect(
      findOptions(ZONES.tr, query).map(({ value }) => value),
      query,
    ).toContain("Europe/Istanbul");
  }
  expect(findOptions(ZONES.tr, "+03").map(({ value }) => value)).not.toContain("Europe/London");
});

it("finds nothing for what is not there, and everything for nothing", () => {
  expect(findOptions(COUNTRIES.tr, "atlantis")).toEqual([]);
  expect(findOptions(COUNTRIES.tr, "  ")).toHaveLength(COUNTRIES.tr.length);
});
