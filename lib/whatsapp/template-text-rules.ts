import type { Findings } from "./template-findings";
import type { ParameterFormat } from "./template-layout";
import { textLength } from "./text-length";

type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const TOKEN = /\{\{([^{}]*)\}\}/g;
const FORMATS = { POSITIONAL: /^[1-9]\d{0,2}$/, NAMED: /^(?=.*[a-z])[a-z0-9_]+$/ } as const;
const EMOJI = /\p{Extended_Pictographic}/u;

/** A text that must be there, with its limit; undefined when it is none. */
export function requireText(found: Findings, path: string, value: unknown, limit: number): string | undefined {
  if (value === undefined || value === null || (typeof value === "string" && value.trim() === "")) {
    found.add(path, "required", "A text");
    return undefined;
  }
  if (typeof value !== "string") {
    found.add(path, "not_text");
    return undefined;
  }
  if (textLength(value) > limit) found.add(path, "too_long", limit, textLength(value));
  return value;
}

/** What a header, a footer and a button must not hold. */
export function requirePlain(
  found: Findings,
  path: string,
  text: string,
  { emoji = false, formatting = false, variables = false } = {},
): void {
  if (/[\n\r]/.test(text)) found.add(path, "line_break");
  if (!formatting && /[*_~`]/.test(text.replace(TOKEN, ""))) found.add(path, "formatting");
  if (!emoji && EMOJI.test(text)) found.add(path, "emoji");
  if (!variables && /\{\{|\}\}/.test(text)) found.add(path, "variable_not_allowed");
}

/** The variables of a text, once each, as they are written; what is wrong about them is noted. */
export function checkVariables(found: Findings, path: string, text: string, format: ParameterFormat): string[] {
  const names = [...new Set([...text.matchAll(TOKEN)].map((match) => match[1] ?? ""))];
  const rest = text.replace(TOKEN, "");
  const broken = /\{\{|\}\}/.exec(rest);
  if (broken) found.add(path, "variable_malformed", null, rest.slice(broken.index));
  for (const name of names) {
    if (name.trim() === "" || name !== name.trim()) found.add(path, "variable_malformed", null, `{{${name}}}`);
    else if (!FORMATS[format].test(name)) found.add(path, "variable_format", format, `{{${name}}}`);
  }
  if (format === "POSITIONAL" && names.every((name) => FORMATS.POSITIONAL.test(name))) {
    const gap = names.map((_, at) => String(at + 1)).find((number) => !names.includes(number));
    if (gap !== undefined) found.add(path, "variable_gap", Number(gap), names.join(", "));
  }
  return names;
}

/** What holds for the variables of a body, beside their writing: where they stand, and how many of them a text bears. */
export function checkPlacesOfVariables(found: Findings, path: string, text: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const trimmed = text.trim();
  if (/^\{\{[^{}]*\}\}/.test(trimmed) || /\{\{[^{}]*\}\}$/.test(trimmed)) found.add(path, "variable_at_edge");
  if (/\}\}\s*\{\{/.test(text)) found.add(path, "variables_adjacent");
  const count = [...text.matchAll(TOKEN)].length;
  const words = wordsOf(text.replace(TOKEN, " "));
  const least = 2 * count + 1;
  if (words < least) found.add(path, "variables_crowded", least, words);
}

/** Languages that write no spaces are counted too. */
function wordsOf(text: string): number {
  const segments = new Intl.Segmenter(undefined, { granularity: "word" }).segment(text);
  return [...segments].filter((segment) => segment.isWordLike).length;
}

/** An example for each variable: `<place>_text` in order, `<place>_text_named_params` by name. */
export function checkExamples(
  found: Findings,
  path: string,
  component: Json,
  { place, names, format }: { place: "header" | "body"; names: readonly string[]; format: ParameterFormat },
): void {
  if (names.length === 0) return;
  const example = isJson(component.example) ? component.example : {};
  if (format === "NAMED") {
    const at = `${path}.example.${place}_text_named_params`;
    const given = example[`${place}_text_named_params`];
    const pairs = (Array.isArray(given) ? given : []).filter(isJson);
    const known = new Set(pairs.map((pair) => pair.param_name));
    const there = names.filter((name) => known.has(name)).length;
    if (there < names.length) found.add(at, "example_missing", names.length, there);
    for (const [index, pair] of pairs.entries()) {
      if (typeof pair.param_name !== "string" || !names.includes(pair.param_name)) {
        found.add(`${at}.${index}.param_name`, "example_unknown", null, String(pair.param_name));
      }
      if (!isExample(pair.example)) found.add(`${at}.${index}.example`, "example_empty");
    }
    return;
  }
  const at = `${path}.example.${place}_text`;
  const given = example[`${place}_text`];
  const list: unknown = place === "body" && Array.isArray(given) ? given[0] : given;
  const values = Array.isArray(list) ? list : [];
  if (values.length !== names.length) found.add(at, "example_missing", names.length, values.length);
  for (const [index, value] of values.entries()) {
    if (!isExample(value)) found.add(`${at}${place === "body" ? ".0" : ""}.${index}`, "example_empty");
  }
}

export function isExample(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "" && !/\{\{|\}\}/.test(value);
}
