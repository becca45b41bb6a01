import type { Finding } from "@/lib/whatsapp/template-findings";
import { cardParts, type Draft } from "./draft";

/** A finding and the field of the builder that it is about. */
export type Problem = Finding & { field: string };

/** Rules that only say that something is not there yet: nobody is told before they have been at the field. */
const NOT_YET: ReadonlySet<string> = new Set([
  "required",
  "example_missing",
  "example_empty",
  "handle_missing",
  "too_few",
  "terms_not_accepted",
]);

export function isNotYet({ rule }: Finding): boolean {
  return NOT_YET.has(rule);
}

/** Leads findings from Meta's components to the parts of the draft that they came from. */
export function toProblems(findings: readonly Finding[], places: readonly string[], draft: Draft): Problem[] {
  return findings.map((finding) => ({ ...finding, field: fieldOf(finding.path, places, draft) }));
}

function fieldOf(path: string, places: readonly string[], draft: Draft): string {
  const [, index, rest = ""] = /^components\.(\d+)\.?(.*)$/.exec(path) ?? [];
  const place = places[Number(index)];
  if (index === undefined || place === undefined) return path;
  if (place !== "cards") return rest ? `${place}.${rest}` : place;
  const [, card, part, inside = ""] = /^cards\.(\d+)\.components\.?(\d+)?\.?(.*)$/.exec(rest) ?? [];
  const given = draft.cards[Number(card)];
  if (!given) return "cards";
  const name = part === undefined ? undefined : cardParts(draft, given)[Number(part)]?.[0];
  return ["cards", given.id, name, inside].filter(Boolean).join(".");
}

/** The field of a variable's example: `index` is its place among the variables of its text. */
export function sampleField(place: string, kind: "header" | "body", index: number, format: Draft["format"]): string {
  if (format === "NAMED") return `${place}.example.${kind}_text_named_params.${index}.example`;
  return kind === "body" ? `${place}.example.body_text.0.${index}` : `${place}.example.header_text.${index}`;
}
