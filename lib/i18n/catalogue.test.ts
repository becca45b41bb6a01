import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ERRORS } from "@/lib/errors";
import { namespaces, pageFiles, serverFiles } from "./catalogue";
import { LANGUAGES } from "./languages";

const everyFile = [...namespaces, ...pageFiles, ...serverFiles];

type Tree = { [key: string]: string | Tree };

const folder = (language: string) => fileURLToPath(new URL(`./${language}/`, import.meta.url));

function read(language: string, namespace: string): Tree {
  return JSON.parse(readFileSync(`${folder(language)}${namespace}.json`, "utf8")) as Tree;
}

function flatten(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[prefix + key, value]] : flatten(value, `${prefix}${key}.`),
  );
}

/** The names that the code must give: arguments, also inside plural and select branches, and rich tags. */
function placeholders(text: string): string[] {
  const names = new Set<string>();
  readText(text, 0, names);
  for (const [, tag] of text.matchAll(/<\/?(\w+)>/g)) names.add(`<${tag}>`);
  return [...names].sort();
}

/** Reads text up to the brace that closes its branch, and gives the place after it. */
function readText(text: string, start: number, names: Set<string>): number {
  let at = start;
  while (at < text.length && text[at] !== "}") {
    at = text[at] === "{" ? readArgument(text, at + 1, names) : at + 1;
  }
  return at + 1;
}

function readArgument(text: string, start: number, names: Set<string>): number {
  const name = /^\s*(\w+)\s*/.exec(text.slice(start));
  names.add(name?.[1] ?? "?");
  let at = start + (name?.[0].length ?? 0);
  while (at < text.length && text[at] !== "}") {
    at = text[at] === "{" ? readText(text, at + 1, names) : at + 1;
  }
  return at + 1;
}

it.each(LANGUAGES)("say every error that the API can answer in %s", (language) => {
  const said = Object.keys(read(language, "errors"));
  expect(Object.keys(ERRORS).filter((code) => !said.includes(code))).toEqual([]);
});

describe("the catalogues", () => {
  it.each(LANGUAGES)("have a file for each namespace and no other in %s", (language) => {
    const files = readdirSync(folder(language)).filter((file) => file.endsWith(".json"));
    expect(files.sort()).toEqual(everyFile.map((name) => `${name}.json`).sort());
  });

  describe.each(everyFile)("%s", (namespace) => {
    const english = flatten(read("en", namespace));
    const turkish = flatten(read("tr", namespace));

    it("has the same keys in both languages", () => {
      expect(turkish.map(([key]) => key).sort()).toEqual(english.map(([key]) => key).sort());
    });

    it("takes the same values in both languages", () => {
      const inTurkish = new Map(turkish);
      for (const [key, text] of english) expect([key, placeholders(inTurkish.get(key) ?? "")]).toEqual([key, placeholders(text)]);
    });

    it("has no empty text", () => {
      expect([...english, ...turkish].filter(([, text]) => text.trim() === "")).toEqual([]);
    });
  });
});
