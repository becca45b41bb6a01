/** Letters that Unicode does not take apart into a base letter and a mark. */
const WHOLE: Record<string, string> = { ı: "i", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ß: "ss", æ: "ae", œ: "oe", ə: "e" };

/**
 * A text as people search for it: without capitals, marks and the difference between i and ı, so that `istanbul`, `İSTANBUL` and
 * `ıstanbul` are the same.
 */
export function foldText(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ıøłđðþßæœə]/g, (letter) => WHOLE[letter] ?? letter);
}
