import { describe, expect, it } from "vitest";
import { parseWhatsappText, type TextPart } from "./whatsapp-text";

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

describe("WhatsApp's marks", () => {
  it.each([
    ["Hello *Ayşe*!", "Hello <b>Ayşe</b>!"],
    ["_now_ and ~then~", "<i>now</i> and <s>then</s>"],
    ["*_both_*", "<b><i>both</i></b>"],
    ["```a * b * c```", "<m>a * b * c</m>"],
    ["code `x_y_z` here", "code <m>x_y_z</m> here"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_name", "snake_case_name"],
    ["şişe*değil*", "şişe*değil*"],
    ["*open only", "*open only"],
    ["*not over\na line*", "*not over\na line*"],
    ["**", "**"],
    ["*two words*, done", "<b>two words</b>, done"],
    ["See https://example.com/a_b_c.", "See <a>https://example.com/a_b_c</a>."],
    ["*https://example.com*", "<b><a>https://example.com</a></b>"],
  ])("reads %j", (text, expected) => {
    expect(draw(parseWhatsappText(text))).toBe(expected);
  });
});
