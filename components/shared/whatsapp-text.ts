export type TextPart =
  | { kind: "text"; text: string }
  | { kind: "mono"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "bold" | "italic" | "strike"; parts: TextPart[] };

const MARKS = { "*": "bold", _: "italic", "~": "strike" } as const;

const LINK = /https?:\/\/[^\s<>]*[^\s<>.,;:!?)\]'"*_~]/;
const WORD = /[\p{L}\p{N}]/u;

/**
 * Reads WhatsApp's marks: *bold*, _italic_, ~strike~, ```mono``` and `mono`. A mark counts only where WhatsApp lets it:
 * opened at a word's edge, closed against a letter on the same line. Everything else stays as typed.
 */
export function parseWhatsappText(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let plain = "";
  let at = 0;

  function push(part: TextPart) {
    if (plain) parts.push(...withLinks(plain));
    plain = "";
    parts.push(part);
  }

  while (at < text.length) {
    const mono = monoAt(text, at);
    if (mono) {
      push({ kind: "mono", text: mono.text });
      at = mono.end;
      continue;
    }
    const link = LINK.exec(text.slice(at));
    if (link?.index === 0) {
      plain += link[0];
      at += link[0].length;
      continue;
    }
    const marked = markedAt(text, at);
    if (marked) {
      push({ kind: marked.kind, parts: parseWhatsappText(marked.text) });
      at = marked.end;
      continue;
    }
    plain += text[at];
    at += 1;
  }
  if (plain) parts.push(...withLinks(plain));
  return parts;
}

function monoAt(text: string, at: number): { text: string; end: number } | undefined {
  const fence = text.startsWith("```", at) ? "```" : text[at] === "`" ? "`" : undefined;
  if (!fence) return undefined;
  const start = at + fence.length;
  const close = text.indexOf(fence, start);
  if (close <= start) return undefined;
  const inside = text.slice(start, close);
  if (fence === "`" && inside.includes("\n")) return undefined;
  return { text: inside, end: close + fence.length };
}

function markedAt(text: string, at: number) {
  const mark = text[at];
  if (mark !== "*" && mark !== "_" && mark !== "~") return undefined;
  const before = text[at - 1];
  const first = text[at + 1];
  if ((before && WORD.test(before)) || !first || /\s/.test(first) || first === mark) return undefined;
  for (let end = at + 2; end < text.length && text[end] !== "\n"; end += 1) {
    const after = text[end + 1];
    const closes = text[end] === mark && !/\s/.test(text[end - 1] ?? " ") && !(after && WORD.test(after));
    if (closes) return { kind: MARKS[mark], text: text.slice(at + 1, end), end: end + 1 };
  }
  return undefined;
}

function withLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let rest = text;
  for (let found = LINK.exec(rest); found; found = LINK.exec(rest)) {
    if (found.index > 0) parts.push({ kind: "text", text: rest.slice(0, found.index) });
    parts.push({ kind: "link", text: found[0], href: found[0] });
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) parts.push({ kind: "text", text: rest });
  return parts;
}
