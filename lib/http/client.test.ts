import { describe, expect, it } from "vitest";
import { ApiError, apiPath, applyFieldErrors } from "./client";

describe("the address of a call", () => {
  it("leaves out what is not given and joins lists", () => {
    expect(apiPath("/crm/contacts", { search: "", cursor: undefined, status: ["sent", "read"], limit: 5 })).toBe(
      "/api/v1/crm/contacts?status=sent%2Cread&limit=5",
    );
    expect(apiPath("/me")).toBe("/api/v1/me");
  });
});

describe("the server's field errors", () => {
  const answer = (details: unknown) => new ApiError({ status: 400, code: "validation_failed", message: "Not valid", details });

  it("land under their inputs, the first with the focus", () => {
    const seen: unknown[] = [];
    const landed = applyFieldErrors(
      answer([
        { path: "name", message: "Give a name" },
        { path: "config.appId", message: "Not known" },
      ]),
      (...call) => seen.push(call),
    );
    expect(landed).toBe(true);
    expect(seen).toEqual([
      ["name", { type: "server", message: "Give a name" }, { shouldFocus: true }],
      ["config.appId", { type: "server", message: "Not known" }, { shouldFocus: false }],
    ]);
  });

  it("are not made of other details or other errors", () => {
    const fail = () => expect.unreachable();
    expect(applyFieldErrors(answer({ contactId: "con_1" }), fail)).toBe(false);
    expect(applyFieldErrors(answer([{ path: "", message: "Give either" }]), fail)).toBe(false);
    expect(applyFieldErrors(new Error("offline"), fail)).toBe(false);
  });
});
