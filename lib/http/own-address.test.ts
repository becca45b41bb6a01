import { describe, expect, it } from "vitest";
import { ownAddress } from "./own-address";

const ORIGIN = "http://localhost:3000";

describe("an address to return to", () => {
  it.each([
    ["/messages?status=failed#top", `${ORIGIN}/messages?status=failed#top`],
    ["messages", `${ORIGIN}/messages`],
    [`${ORIGIN}/contacts`, `${ORIGIN}/contacts`],
    ["?q=1", `${ORIGIN}/?q=1`],
    ["/.//evil.example/", `${ORIGIN}//evil.example/`],
    [`${ORIGIN}//evil.example/`, `${ORIGIN}//evil.example/`],
  ])("stays here: %j", (wanted, address) => {
    expect(ownAddress(wanted, ORIGIN)).toBe(address);
  });

  it.each([
    undefined,
    "",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "/\r/evil.example/",
    "\t//evil.example/",
    " //evil.example/",
    "http:/\\evil.example/",
    "http://localhost:3001/",
    "https://localhost:3000/",
    "http://localhost:3000@evil.example/",
    "http://localhost:3000.evil.example/",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "blob:http://localhost:3000/x",
    "http://[",
  ])("is refused elsewhere: %j", (wanted) => {
    expect(ownAddress(wanted, ORIGIN)).toBeNull();
  });
});
