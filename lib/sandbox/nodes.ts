import { ok, refuse, type SandboxAnswer } from "./answers";
import { type Refusal, refusal } from "./meta-error";

type Json = Record<string, unknown>;

export type NodeKind = "business" | "number" | "template";

/** Graph's own type names, as it says them when a field does not exist. */
const TYPE_NAMES: Record<NodeKind, string> = {
  business: "WhatsAppBusinessAccount",
  number: "WhatsAppBusinessPhoneNumber",
  template: "WhatsAppMessageTemplate",
};

const DEFAULT_PAGE = 25;
const MAX_PAGE = 1000;

/** One node with the fields that the address asks for. */
export function showNode(kind: NodeKind, whole: Json, url: URL, usual: readonly string[]): SandboxAnswer {
  const selected = selectFields(kind, whole, url.searchParams.get("fields"), usual);
  return "refused" in selected ? refuse(selected.refused) : ok(selected.node);
}

/** A page of nodes with Graph's cursors. */
export function showPage(kind: NodeKind, all: Json[], url: URL, usual: readonly string[]): SandboxAnswer {
  const query = url.searchParams;
  const limit = Math.min(Number(query.get("limit") ?? DEFAULT_PAGE), MAX_PAGE);
  if (!Number.isInteger(limit) || limit < 1) return refuse(refusal(100, "Param limit must be a positive number."));
  const after = readCursor(query.get("after"));
  const before = readCursor(query.get("before"));
  if (after === "bad" || before === "bad") return refuse(refusal(100, "Invalid cursors values."));
  const start = after !== undefined ? after + 1 : before !== undefined ? Math.max(0, before - limit) : 0;
  const end = before !== undefined && after === undefined ? before : start + limit;
  const data: Json[] = [];
  for (const whole of all.slice(start, end)) {
    const selected = selectFields(kind, whole, query.get("fields"), usual);
    if ("refused" in selected) return refuse(selected.refused);
    data.push(selected.node);
  }
  if (data.length === 0) return ok({ data });
  const last = start + data.length - 1;
  const link = (name: "after" | "before", at: number) => {
    const to = new URL(url);
    for (const other of ["after", "before"]) to.searchParams.delete(other);
    to.searchParams.set(name, cursor(at));
    to.searchParams.set("limit", String(limit));
    return to.href;
  };
  return ok({
    data,
    paging: {
      cursors: { before: cursor(start), after: cursor(last) },
      ...(last + 1 < all.length ? { next: link("after", last) } : {}),
      ...(start > 0 ? { previous: link("before", start) } : {}),
    },
  });
}

function cursor(at: number): string {
  return Buffer.from(`at:${at}`).toString("base64url");
}

function readCursor(given: string | null): number | "bad" | undefined {
  if (given === null || given === "") return undefined;
  const match = /^at:(\d+)$/.exec(Buffer.from(given, "base64url").toString());
  return match ? Number(match[1]) : "bad";
}

/** The fields that were asked for, with `id` always among them; the usual ones when none were named. */
function selectFields(
  kind: NodeKind,
  whole: Json,
  asked: string | null,
  usual: readonly string[],
): { node: Json } | { refused: Refusal } {
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
