import { describe, expect, it } from "vitest";
import { parseWhatsappLine, parseWhatsappText, plainWhatsappText, type TextBlock, type TextPart } from "./whatsapp-text";

/** `<b>…</b>` and the like, so that a case reads in one line. */
function draw(parts: TextPart[]): string {
  const tags = { bold: "b", italic: "i", strike: "s" } as const;
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      if (part.kind === "mono") return `<m>${part.text}</m>`;
      if (part.kind === "link") return `<a>${part.text}</a>`;
      const tag = tags[part.kind];
      return `<${tag}>${draw(part.parts)}</${tag}>`;
    })
    .join("");
}

function drawBlocks(blocks: TextBlock[]): string {
  return blocks
    .map((block) => {
      if (block.kind === "lines") return draw(block.parts);
      if (block.kind === "quote") return `<q>${block.items.map(draw).join("\n")}</q>`;
      const items = block.items.map((item) => `<li>${draw(item)}</li>`).join("");
      return block.kind === "list" ? `<ul>${items}</ul>` : `<ol ${block.first}>${items}</ol>`;
    })
    .join("|");
}

describe("WhatsApp's marks", () => {
  it.each([
    ["Hello *Ayşe*!", "Hello <b>Ayşe</b>!"],
    ["_now_ and ~then~", "<i>now</i> and <s>then</s>"],
    ["*_both_*", "<b><i>both</i></b>"],
    ["```a * b * c```", "<m>a * b * c</m>"],
    ["```two\nlines``` after", "<m>two\nlines</m> after"],
    ["code `x_y_z` here", "code <m>x_y_z</m> here"],
    ["*bold `code*` on*", "<b>bold <m>code*</m> on</b>"],
    ["`not over\na line`", "`not over\na line`"],
    ["``", "``"],
    ["``````", "``````"],
    ["```x``", "``<m>x</m>`"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_name", "snake_case_name"],
    ["şişe*değil*", "şişe*değil*"],
    ["𝒜*not*", "𝒜*not*"],
    ["*not*𝒜", "*not*𝒜"],
    ["*open only", "*open only"],
    ["*not over\na line*", "*not over\na line*"],
    ["**", "**"],
    ["*two words*, done", "<b>two words</b>, done"],
    ["See https://example.com/a_b_c.", "See <a>https://example.com/a_b_c</a>."],
    ["*https://example.com*", "<b><a>https://example.com</a></b>"],
    ["_https://example.com/_x_ y_", "<i><a>https://example.com/_x</a></i> y_"],
    ["http://...", "http://..."],
  ])("reads %j", (text, expected) => {
    expect(draw(parseWhatsappLine(text))).toBe(expected);
    expect(drawBlocks(parseWhatsappText(text))).toBe(expected);
  });
});

describe("WhatsApp's quotes and lists", () => {
  it.each([
    ["> said *so*", "<q>said <b>so</b></q>"],
    ["> one\n> two\nanswer", "<q>one\ntwo</q>|answer"],
    [">without a space", ">without a space"],
    ["> ", "> "],
    ["not > inside", "not > inside"],
    ["Buy:\n- milk\n* _bread_\nThanks", "Buy:|<ul><li>milk</li><li><i>bread</i></li></ul>|Thanks"],
    ["-5 degrees", "-5 degrees"],
    ["- \n", "- \n"],
    ["1. one\n2. two", "<ol 1><li>one</li><li>two</li></ol>"],
    ["7. seven\n9. nine", "<ol 7><li>seven</li></ol>|<ol 9><li>nine</li></ol>"],
    ["2026. year", "2026. year"],
    ["a\n\nb", "a\n\nb"],
    ["- a\n\n- b", "<ul><li>a</li></ul>||<ul><li>b</li></ul>"],
    ["```\n> code\n- list```", "<m>\n> code\n- list</m>"],
    ["* item *bold*", "<ul><li>item <b>bold</b></li></ul>"],
    ["> - a list in it stays as typed", "<q>- a list in it stays as typed</q>"],
  ])("reads %j", (text, expected) => {
    expect(drawBlocks(parseWhatsappText(text))).toBe(expected);
  });

  it("leaves them as typed in a header", () => {
    expect(draw(parseWhatsappLine("> *Sale*"))).toBe("> <b>Sale</b>");
  });
});

const ALPHABET = [
  "*",
  "_",
  "~",
  "`",
  "```",
  " ",
  "\n",
  "> ",
  "- ",
  "* ",
  "1. ",
  "2. ",
  "a",
  "ş",
  "𝒜",
  "🙂",
  "http://x",
  ".",
  "h",
];

/** The text as it was typed, but for backticks, of which the parts do not say how many there were. */
function write(blocks: TextBlock[]): string {
  return blocks
    .map((block) => {
      if (block.kind === "lines") return writeParts(block.parts);
      const prefix = (index: number) => ({ quote: "> ", list: "- ", numbers: "" })[block.kind] || `${first(block) + index}. `;
      return block.items.map((item, index) => `${prefix(index)}${writeParts(item)}`).join("\n");
    })
    .join("\n");
}

function first(block: TextBlock): number {
  return block.kind === "numbers" ? block.first : 0;
}

function writeParts(parts: TextPart[]): string {
  const marks = { bold: "*", italic: "_", strike: "~" } as const;
  return parts
    .map((part) => {
      if ("text" in part) return part.text;
      return `${marks[part.kind]}${writeParts(part.parts)}${marks[part.kind]}`;
    })
    .join("");
}

const comparable = (text: string) => text.replaceAll("`", "").replaceAll("\n* ", "\n- ").replace(/^\* /, "- ");

describe("any text", () => {
  it.each([
    ["Note: *medium* grind, _please_ ~now~", "Note: medium grind, please now"],
    ["> quoted\n- one\n- *two*\nthree", "quoted one two three"],
    ["2 * 3 * 4 and ```code```", "2 * 3 * 4 and code"],
    ["See https://example.com/a_b_c", "See https://example.com/a_b_c"],
  ])("is said without its marks in a list: %j", (text, plain) => {
    expect(plainWhatsappText(text)).toBe(plain);
  });

  const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  it(`is kept whole, whatever is read in it (TEST_SEED=${seed})`, () => {
    const random = randomFrom(seed);
    for (let run = 0; run < 20_000; run++) {
      const length = Math.floor(random() * 24);
      const words = Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "");
      const text = words.join("");
      expect(comparable(write(parseWhatsappText(text))), JSON.stringify(text)).toBe(comparable(text));
    }
  });

  // What took time with the square of the length needed hours for these; the suite's own limit ends it.
  it.each(["*a ", "_a", "*_~", "`a", "``a", "```", "```a", "http://", "http://. ", "> ", "- a\n", "*", "h", "~ *`"])(
    "of 300,000 characters is read: %j repeated",
    (piece) => {
      const text = piece.repeat(Math.ceil(300_000 / piece.length));
      expect(parseWhatsappText(text).length).toBeGreaterThan(0);
    },
  );
});

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
