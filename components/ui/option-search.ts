import { foldText } from "@/lib/i18n/fold";

/** What an option is found by. */
export type Findable = { label: string; hint?: string; keywords?: readonly string[] };

/**
 * The options that have every word of the query, whatever the capitals and marks. First those that have it as a keyword, then
 * those whose name begins with it, those with a word that does, and those that have it anywhere; among equals the order stays.
 */
export function findOptions<T extends Findable>(options: readonly T[], query: string): readonly T[] {
  const words = wordsOf(query);
  if (words.length === 0) return options;
  const whole = words.join(" ");
  const ranks = options.flatMap((option) => {
    const rank = rankOf(option, whole, words);
    return rank === undefined ? [] : [{ option, rank }];
  });
  return ranks.sort((a, b) => a.rank - b.rank).map(({ option }) => option);
}

function rankOf({ label, hint, keywords = [] }: Findable, whole: string, words: readonly string[]): number | undefined {
  const name = wordsOf(label);
  const all = [...name, ...wordsOf([hint ?? "", ...keywords].join(" "))];
  if (!words.every((word) => all.some((one) => one.includes(word)))) return undefined;
  if (keywords.some((keyword) => wordsOf(keyword).join(" ") === whole)) return 0;
  if (name.join(" ").startsWith(whole)) return 1;
  if (words.every((word) => name.some((one) => one.startsWith(word)))) return 2;
  if (words.every((word) => all.some((one) => one.startsWith(word)))) return 3;
  return 4;
}

/** `Europe/Istanbul`, `GMT+03:00` and `order_confirmation` are several words; so is `+90`, of which the sign says nothing. */
function wordsOf(text: string): string[] {
  return foldText(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
