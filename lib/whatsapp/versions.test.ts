import { describe, expect, it } from "vitest";
import { CURRENT_VERSION, checkVersion, effectiveVersion } from "@/lib/whatsapp/versions";

const now = new Date("2026-11-22T12:00:00Z");

describe("checkVersion", () => {
  it.each([
    ["v26.0", "live"],
    ["v25.0", "live"],
    ["v21.0", "live"],
    ["v20.0", "expired"],
    ["v18.0", "expired"],
    ["v12.0", "expired"],
    ["v27.0", "unknown"],
    ["v24.5", "unknown"],
    ["v26", "malformed"],
    ["26.0", "malformed"],
    ["", "malformed"],
    ["v26.0/", "malformed"],
    ["__proto__", "malformed"],
  ])("%s is %s", (version, status) => {
    expect(checkVersion(version, now).status).toBe(status);
  });

  it("knows the last day, and expires on it", () => {
    expect(checkVersion("v21.0", now).until).toEqual(new Date("2027-01-21T00:00:00Z"));
    expect(checkVersion("v21.0", new Date("2027-01-21T00:00:00Z")).status).toBe("expired");
  });
});

it.each([
  ["v25.0", "v25.0"],
  ["v18.0", CURRENT_VERSION],
  ["v27.0", "v27.0"],
  ["v24.5", CURRENT_VERSION],
  ["junk", CURRENT_VERSION],
])("calls %s as %s", (given, used) => {
  expect(effectiveVersion(given, now)).toBe(used);
});
