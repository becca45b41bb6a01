export type TextPart =
  | { kind: "text"; text: string }
  | { kind: "mono"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "bold" | "italic" | "strike"; parts: TextPart[] };

export type TextBlock =
  | { kind: "lines"; parts: TextPart[] }
  | { kind: "quote"; items: TextPart[][] }
  | { kind: "list"; items: TextPart[][] }
  | { kind: "numbers"; first: number; items: TextPart[][] };

type Opaque = { kind: "mono" | "link"; end: number; text: string };
type Marks = { text: string; opaque: Map<number, Opaque>; closers: Record<Mark, Int32Array> };

const MARKS = { "*": "bold", _: "italic", "~": "strike" } as const;
type Mark = keyof typeof MARKS;

const LINK = /https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"*_~]/y;
const FENCE = "```";
const WORD = /[\p{L}\p{N}]/u;
const SPACE = /\s/;
const LINE_START = /(?:(> )|[-*] |(\d{1,3})\. )(?=\S)/y;

/**
 * Reads WhatsApp's formatting: `> quote`, `- list`, `1. list`, *bold*, _italic_, ~strike~, ```mono``` and `mono`. A mark counts only
 * where WhatsApp lets it: opened at a word's edge, closed against a letter on the same line. Everything else stays as typed.
 * Takes time in proportion to the length of the text, whatever stands in it.
 */
export function parseWhatsappText(text: string): TextBlock[] {
  const marks = readMarks(text);
  const blocks: TextBlock[] = [];
  for (const { start, end } of linesOf(marks)) addLine(blocks, marks, start, end);
  return blocks;
}

/** What a text says, without its marks and on one line: for lists. */
export function plainWhatsappText(text: string): string {
  return parseWhatsappText(text)
    .flatMap((block) => (block.kind === "lines" ? [block.parts] : block.items))
    .map(plainParts)
    .join(" ")
    .replace(/\s+/g, " ");
}

function plainParts(parts: readonly TextPart[]): string {
  return parts.map((part) => ("parts" in part ? plainParts(part.parts) : part.text)).join("");
}

/** The same without quotes and lists, for texts of one line such as headers. */
export function parseWhatsappLine(text: string): TextPart[] {
  return partsOf(readMarks(text), 0, text.length);
}

function addLine(blocks: TextBlock[], marks: Marks, start: number, end: number): void {
  const last = blocks.at(-1);
  LINE_START.lastIndex = start;
  const found = LINE_START.exec(marks.text);
  if (!found || LINE_START.lastIndex >= end) {
    const parts = partsOf(marks, start, end);
    if (last?.kind === "lines") append(last.parts, [{ kind: "text", text: "\n" }, ...parts]);
    else blocks.push({ kind: "lines", parts });
    return;
  }
  const [prefix, quote, number] = found;
  const item = partsOf(marks, start + prefix.length, end);
  const kind = quote ? "quote" : number ? "numbers" : "list";
  const goesOn = last?.kind === "numbers" ? Number(number) === last.first + last.items.length : last?.kind === kind;
  if (goesOn && last && last.kind !== "lines") last.items.push(item);
  else blocks.push(kind === "numbers" ? { kind, first: Number(number), items: [item] } : { kind, items: [item] });
}

function append(parts: TextPart[], more: readonly TextPart[]): void {
  for (const part of more) {
    const last = parts.at(-1);
    if (part.kind === "text" && last?.kind === "text") last.text += part.text;
    else parts.push(part);
  }
}

/** A line ends at its break, unless the break stands inside ```mono```. */
function linesOf({ text, opaque }: Marks): { start: number; end: number }[] {
  const lines = [];
  let start = 0;
  for (let at = 0; at < text.length; at = opaque.get(at)?.end ?? at + 1) {
    if (opaque.has(at) || text[at] !== "\n") continue;
    lines.push({ start, end: at });
    start = at + 1;
  }
  lines.push({ start, end: text.length });
  return lines;
}

function partsOf(marks: Marks, start: number, end: number): TextPart[] {
  const { text, opaque, closers } = marks;
  const parts: TextPart[] = [];
  let plainFrom = start;
  let at = start;
  const flush = () => at > plainFrom && parts.push({ kind: "text", text: text.slice(plainFrom, at) });
  while (at < end) {
    const fixed = opaque.get(at);
    const close = fixed || !isMark(text[at]) || !opens(text, at, start) ? -1 : (closers[text[at] as Mark][at + 2] ?? -1);
    if (fixed && fixed.end <= end) {
      flush();
      parts.push(
        fixed.kind === "link" ? { kind: "link", text: fixed.text, href: fixed.text } : { kind: "mono", text: fixed.text },
      );
      at = fixed.end;
      plainFrom = at;
    } else if (close !== -1 && close < end) {
      flush();
      parts.push({ kind: MARKS[text[at] as Mark], parts: partsOf(marks, at + 1, close) });
      at = close + 1;
      plainFrom = at;
    } else at += 1;
  }
  flush();
  return parts;
}

function opens(text: string, at: number, start: number): boolean {
  const first = text[at + 1];
  return !(at > start && isWordBefore(text, at)) && first !== undefined && !SPACE.test(first) && first !== text[at];
}

function isMark(char: string | undefined): char is Mark {
  return char === "*" || char === "_" || char === "~";
}

/** Monospace and links, which nothing inside can format, and for each place the next mark that would close. */
function readMarks(text: string): Marks {
  const opaque = readOpaque(text);
  const covered = new Uint8Array(text.length);
  for (const [start, { end }] of opaque) covered.fill(1, start, end);
  const closers = { "*": nothing(text), _: nothing(text), "~": nothing(text) };
  const next: Record<Mark, number> = { "*": -1, _: -1, "~": -1 };
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const char = text[at];
    if (char === "\n") next["*"] = next._ = next["~"] = -1;
    else if (isMark(char) && !covered[at] && closes(text, at)) next[char] = at;
    closers["*"][at] = next["*"];
    closers._[at] = next._;
    closers["~"][at] = next["~"];
  }
  return { text, opaque, closers };
}

function nothing(text: string): Int32Array {
  return new Int32Array(text.length).fill(-1);
}

function closes(text: string, at: number): boolean {
  return at > 0 && !SPACE.test(text[at - 1] ?? " ") && !isWordAt(text, at + 1);
}

function readOpaque(text: string): Map<number, Opaque> {
  const found = new Map<number, Opaque>();
  const lastFence = text.lastIndexOf(FENCE);
  let lineEnd = -1;
  let at = 0;
  while (at < text.length) {
    if (at > lineEnd) lineEnd = indexOrEnd(text, "\n", at);
    const opaque = text[at] === "h" ? linkAt(text, at) : text[at] === "`" ? monoAt(text, at, lineEnd, lastFence) : undefined;
    if (opaque) found.set(at, opaque);
    at = opaque?.end ?? at + 1;
  }
  return found;
}

function monoAt(text: string, at: number, lineEnd: number, lastFence: number): Opaque | undefined {
  if (text.startsWith(FENCE, at)) {
    const start = at + FENCE.length;
    if (lastFence <= start) return undefined;
    const close = text.indexOf(FENCE, start + 1);
    return { kind: "mono", text: text.slice(start, close), end: close + FENCE.length };
  }
  const close = text[at + 1] === "`" ? -1 : text.indexOf("`", at + 2);
  return close === -1 || close > lineEnd ? undefined : { kind: "mono", text: text.slice(at + 1, close), end: close + 1 };
}

function indexOrEnd(text: string, wanted: string, from: number): number {
  const index = text.indexOf(wanted, from);
  return index === -1 ? text.length : index;
}

function linkAt(text: string, at: number): Opaque | undefined {
  LINK.lastIndex = at;
  const link = LINK.exec(text)?.[0];
  return link ? { kind: "link", text: link, end: at + link.length } : undefined;
}

function isWordAt(text: string, at: number): boolean {
  const point = text.codePointAt(at);
  return point !== undefined && WORD.test(String.fromCodePoint(point));
}

function isWordBefore(text: string, at: number): boolean {
  const low = text.charCodeAt(at - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff;
  return isWordAt(text, isPair && at > 1 ? at - 2 : at - 1);
}
