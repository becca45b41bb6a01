/** Letters that no decomposition turns into a plain one. */
const PLAIN: Record<string, string> = { ı: "i", ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", ß: "ss", æ: "ae", œ: "oe" };

/**
 * A name as it is searched: small, without accents, one space between words, and with the Turkish letters as people type them who
 * have no such keys (`Şahin` and `sahin`, `İlhan`, `ILHAN` and `ılhan`). Stored beside the name; both sides of a search go through it.
 */
export function foldName(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[ıøłđðþßæœ]/g, (letter) => PLAIN[letter] ?? letter)
    .replace(/[\p{Z}\p{C}]+/gu, " ")
    .trim();
}

/** The columns of a name: never one without the other. */
export function namedAs(name: string | null | undefined): { name: string | null; nameFolded: string } {
  return { name: name ?? null, nameFolded: foldName(name ?? "") };
}

/**
 * What the index is asked for: every three letters in a row of each word, and of words of one or two letters their beginning
 * (`contact_name_grams` in the database makes the same of the stored names).
 */
export function gramsOf(words: readonly string[]): string[] {
  const grams = words.flatMap((word) => {
    const letters = [...word];
    if (letters.length < 3) return [` ${word}`];
    return letters.slice(2).map((_, i) => letters.slice(i, i + 3).join(""));
  });
  return [...new Set(grams)];
}
