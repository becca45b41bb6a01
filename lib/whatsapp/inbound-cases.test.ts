import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parseWebhook, parseWebhookJson } from "@/lib/whatsapp/inbound";
import { describeItem } from "@/lib/whatsapp/inbound-vocabulary";

/**
 * Bodies from other people's test suites, kept outside the repository because of their licences. Where the folder is not there,
 * these cases do not exist; inbound.test.ts covers every kind with our own.
 */
const FOLDER = path.resolve(import.meta.dirname, "../../../shared/webhook-cases");
const INDEX = path.join(FOLDER, "index.json");

type Expected = Record<string, unknown>;
type Case = { file: string; what: string; expected: Expected[] };
const cases: Case[] = existsSync(INDEX) ? JSON.parse(readFileSync(INDEX, "utf8")).cases : [];

describe.skipIf(cases.length === 0)("collected webhook bodies", () => {
  it("are all read, none with a malformed part", () => {
    const kinds = cases.flatMap((c) =>
      parseWebhook(parseWebhookJson(readFileSync(path.join(FOLDER, c.file), "utf8"))).map((item) => item.kind),
    );
    expect(kinds.filter((kind) => kind.startsWith("malformed"))).toEqual([]);
  });

  for (const { file, what, expected } of cases) {
    it(`reads ${what} (${file})`, () => {
      const items = parseWebhook(parseWebhookJson(readFileSync(path.join(FOLDER, file), "utf8")));
      expect(items.map((item) => item.kind)).toEqual(expected.map((e) => e.kind));
      expected.forEach((fields, index) => {
        const item = items[index];
        if (!item) throw new Error("an item is missing");
        const described = describeItem(item);
        const picked = Object.fromEntries(Object.keys(fields).map((key) => [key, described[key]]));
        expect(picked).toEqual(fields);
      });
    });
  }
});
