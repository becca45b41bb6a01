import { readFileSync } from "node:fs";
import { type CountryCode, getCountries, getExampleNumber, parsePhoneNumberFromString } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, it } from "vitest";
import { phoneTable } from "../scripts/phone-table";
import { formatPhone, readE164 } from "./phone-format";

const numbers = getCountries().flatMap((country: CountryCode) => getExampleNumber(country, examples)?.number ?? []);

describe("numbers in a browser", () => {
  it("are grouped as libphonenumber groups them, in every country", () => {
    expect(numbers.length).toBeGreaterThan(200);
    const grouped = (number: string) => parsePhoneNumberFromString(number)?.formatInternational();
    expect(numbers.map(formatPhone)).toEqual(numbers.map(grouped));
  });

  it("are recognized however they are written, in every country", () => {
    expect(numbers.map((number) => readE164(formatPhone(number)))).toEqual(numbers);
  });

  it.each([
    ["+90 (555) 123-45.67", "+905551234567"],
    ["+44 (0)20 7946 0958", "+442079460958"],
    ["05551234567", null],
    ["+90 555", null],
    ["+90 555 123 45 67 89 01", null],
    ["+999 555 123 45 67", null],
    ["abc", null],
  ])("%s is read as %s", (written, expected) => {
    expect(readE164(written)).toBe(expected);
  });

  it("are shown as they are when no country is known", () => {
    expect(formatPhone("+999123")).toBe("+999123");
    expect(formatPhone("nonsense")).toBe("nonsense");
  });

  it("have a table made of the installed libphonenumber; npm run phone-table makes it anew", () => {
    expect(JSON.parse(readFileSync("lib/phone-table.json", "utf8"))).toEqual(phoneTable());
  });
});
