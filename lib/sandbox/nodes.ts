import { type Refusal, refusal } from "./meta-error";

type Json = Record<string, unknown>;

export type NodeKind = "business" | "number" | "template";

/** Graph's own type names, as it says them when a field does not exist. */
const TYPE_NAMES: Record<NodeKind, string> = {
  business: "WhatsAppBusinessAccount",
  number: "WhatsAppBusinessPhoneNumber",
  template: "WhatsAppMessageTemplate",
};

/** The fields that were asked for, with `id` always among them; the usual ones when none were named. */
export function selectFields(kind: NodeKind, whole: Json, asked: string | null, usual: readonly string[]): { node: Json } | { refused: Refusal } {
  const names = asked
    ? asked
        .split(/,(?![^(]*\))/)
        .map((name) => name.trim().replace(/[{.(].*$/, ""))
        .filter(Boolean)
    : usual;
  const node: Json = {};
  for (const name of names) {
    if (!(name in whole)) {
      const details = `Tried accessing nonexistent field (${name}) on node type (${TYPE_NAMES[kind]})`;
      return { refused: { ...refusal(100, details), message: `(#100) ${details}` } };
    }
    if (whole[name] !== null) node[name] = whole[name];
  }
  node.id = whole.id;
  return { node };
}
