import { describe, expect, it } from "vitest";
import en from "@/lib/i18n/en/meta-errors.json";
import tr from "@/lib/i18n/tr/meta-errors.json";
import { describeCode, explanationKey, KNOWN_CODES, sourceOf } from "@/lib/whatsapp/error-codes";
import { explainCode, explainSilence } from "@/lib/whatsapp/explain-code";

describe("describeCode", () => {
  const cases: [number, string, string][] = [
    [190, "reconnect", "never"],
    [200, "reconnect", "never"],
    [250, "reconnect", "never"],
    [299, "reconnect", "never"],
    [131042, "billing", "wait"],
    [368, "restricted", "wait"],
    [4, "slow_down", "safe"],
    [80007, "slow_down", "safe"],
    [130429, "slow_down", "safe"],
    [131056, "pair_limit", "safe"],
    [131000, "retry", "unsure"],
    [131026, "bad_recipient", "never"],
    [131047, "outside_window", "never"],
    [131049, "marketing_held", "wait"],
    [131050, "opted_out", "never"],
    [130472, "experiment", "never"],
    [132000, "fix_template", "never"],
    [132015, "template_paused", "wait"],
    [132016, "template_paused", "never"],
    [100, "fix_request", "never"],
    [138007, "fix_request", "never"],
    [2494170, "fix_setup", "never"],
  ];
  it.each(cases)("%i is %s, retry %s", (code, kind, retry) => {
    expect(describeCode(code)).toMatchObject({ kind, retry });
  });

  it.each([300, 199.5, -1, 131999, Number.NaN, null, undefined])("%s is unknown and never retried", (code) => {
    expect(describeCode(code)).toEqual({ kind: "unknown", retry: "never", scope: "message" });
  });

  it.each([0, 5, 10, 102, 104, 803, 2500, 190, 200, 368, 131031, 131042, 131048, 133010])("%i pauses the integration", (code) => {
    expect(describeCode(code).pauses).toBe("integration");
  });

  it.each([4, 130429, 131056, 131026, 132015, 131000, 131057])("%i does not pause the integration", (code) => {
    expect(describeCode(code).pauses).toBeUndefined();
  });

  it("counts only refusals before any work as safe to repeat", () => {
    const safe = KNOWN_CODES.filter((code) => describeCode(Number.parseInt(code, 10)).retry === "safe");
    expect(safe.sort()).toEqual([
      "130429",
      "131056",
      "134101",
      "17",
      "32",
      "341",
      "4",
      "613",
      "80000-80006",
      "80007",
      "80008",
      "80009-80014",
    ]);
  });

  it("names where each rule is from", () => {
    for (const codes of KNOWN_CODES) expect(sourceOf(Number.parseInt(codes, 10)), codes).toMatch(/^Meta, “|^Meta, "/);
    expect(sourceOf(987654)).toBeNull();
  });

  it("waits at every limit of calls, also at one that Meta has not named yet", () => {
    const limit = { kind: "slow_down", retry: "safe", scope: "rate" };
    for (const code of [4, 17, 32, 341, 613, 80000, 80007, 80008, 80014]) expect(describeCode(code), String(code)).toEqual(limit);
    expect(describeCode(987654, { httpStatus: 429 })).toEqual(limit);
    expect(describeCode(null, { httpStatus: 429 })).toEqual(limit);
    expect(describeCode(131026, { httpStatus: 429 })).toMatchObject({ kind: "bad_recipient" });
  });

  it("tells an id that is gone from a value that is wrong", () => {
    expect(describeCode(100, { subcode: 33 })).toEqual(describeCode(33));
    expect(describeCode(100, { subcode: 33 }).pauses).toBe("integration");
    expect(describeCode(100, { subcode: 2018001 })).toMatchObject({ kind: "fix_request" });
    expect(describeCode(100).pauses).toBeUndefined();
  });

  it("lists no code twice", () => {
    const numbers = KNOWN_CODES.flatMap((codes) => {
      const [from = 0, to = from] = codes.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe("explanations", () => {
  for (const [language, catalogue] of Object.entries({ en, tr })) {
    it(`exist for every code in ${language}, and for nothing else`, () => {
      const wanted = [...KNOWN_CODES, "unknown", "not_sent", "maybe_sent"];
      expect(Object.keys(catalogue).sort()).toEqual(wanted.sort());
      for (const [key, texts] of Object.entries(catalogue)) {
        expect(Object.keys(texts), key).toEqual(["title", "meaning", "action"]);
        for (const text of Object.values(texts)) expect(text.trim().length, key).toBeGreaterThan(3);
        expect(texts.meaning, key).toMatch(/[.!]$/);
        expect(texts.action, key).toMatch(/[.!]$/);
        expect(JSON.stringify(Object.values(texts)), "no message syntax in the texts").not.toMatch(/[{}<>]/);
      }
    });
  }

  it("are found by code, range and for the unknown", () => {
    expect(explainCode(131026, "en").title).toBe("Could not be delivered");
    expect(explainCode(131026, "tr-TR").title).toBe("Teslim edilemedi");
    expect(explainCode(131026, "de").title).toBe("Could not be delivered");
    expect(explanationKey(245)).toBe("200-299");
    expect(explainCode(245, "en")).toEqual(en["200-299"]);
    expect(explainCode(987654, "tr")).toEqual(tr.unknown);
    expect(explainCode(null, "en")).toEqual(en.unknown);
    expect(explainSilence("maybe_sent", "tr")).toEqual(tr.maybe_sent);
  });
});
