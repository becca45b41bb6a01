import { type ClassValue, clsx } from "clsx";

/** Joins class names; of two that set the same thing the later wins, so that a caller may change what a part brings. */
export function cn(...classes: ClassValue[]): string {
  const given = clsx(classes).split(" ");
  const taken = new Set<string>();
  const kept = given.toReversed().filter((name) => {
    const { variants, property } = readClass(name);
    if (!property) return true;
    if (taken.has(variants + property)) return false;
    for (const set of [property, ...(COVERS[property] ?? [])]) taken.add(variants + set);
    return true;
  });
  return kept.reverse().join(" ");
}

const read = new Map<string, { variants: string; property: string | undefined }>();

function readClass(name: string): { variants: string; property: string | undefined } {
  const known = read.get(name);
  if (known) return known;
  // What stands before the last colon outside brackets: `max-md:`, `[&_svg]:`.
  const [variants = ""] = /^(?:[^[\]():]*(?:\[[^\]]*\]|\([^)]*\))*[^[\]():]*:)*/.exec(name) ?? [];
  const utility = name.slice(variants.length).replace(/^-|!$/g, "");
  const made = { variants, property: NAMED.exec(utility)?.[1] ?? PROPERTIES.find(([pattern]) => pattern.test(utility))?.[1] };
  read.set(name, made);
  return made;
}

/** Classes that begin with their property's name. */
const NAMED =
  /^(p[xytrbl]?|m[xytrbl]?|[wh]|size|m(?:in|ax)-[wh]|gap(?:-[xy])?|top|right|bottom|left|inset|z|order|grid-cols|col-span|self|items|justify(?:-self)?|place-items|opacity|shadow|shrink|grow)(?:-|$)/;

/** Enough for what our parts set and our pages change; a class that is not here conflicts with none. */
const PROPERTIES: [pattern: RegExp, property: string][] = [
  [/^(block|inline|inline-block|flex|inline-flex|grid|inline-grid|hidden|contents)$/, "display"],
  [/^(static|relative|absolute|fixed|sticky)$/, "position"],
  [/^text-(xs|sm|base|md|lg|xl|2xl|\[\d)/, "font-size"],
  [/^text-(left|center|right)$/, "text-align"],
  [/^resize(-|$)/, "resize"],
  [/^text-(?!wrap|balance|nowrap)/, "color"],
  [/^font-(mono|sans)$/, "font-family"],
  [/^font-/, "font-weight"],
  [/^bg-(none$|gradient-|linear-|\[(linear|radial|conic|url))/, "background-image"],
  [/^bg-size/, "background-size"],
  [/^bg-/, "background"],
  [/^rounded(-|$)(?!t|b|l|r)/, "radius"],
  [/^border-(solid|dashed)$/, "border-style"],
  [/^border(-\d)?$/, "border-width"],
  [/^border-[a-z]{2,}/, "border-color"],
  [/^overflow-(?!x|y)/, "overflow"],
];

const COVERS: Record<string, string[]> = {
  p: ["px", "py", "pt", "pr", "pb", "pl"],
  px: ["pr", "pl"],
  py: ["pt", "pb"],
  m: ["mx", "my", "mt", "mr", "mb", "ml"],
  mx: ["mr", "ml"],
  my: ["mt", "mb"],
  size: ["w", "h"],
  gap: ["gap-x", "gap-y"],
};
