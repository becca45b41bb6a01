/** What a reader sees nothing of: controls, formats, separators, fillers, and marks with nothing to stand on. */
const INVISIBLE = /[\p{C}\p{Z}\p{M}\u115f\u1160\u3164\uffa0\u2800]/gu;
export const NAME_LENGTH = 120;

/** A name as it may be kept: trimmed, without control characters, cut between characters; null when nothing of it can be seen. */
export function cleanName(given: string | null | undefined): string | null {
  if (!given) return null;
  const text = given
    .replace(/\p{Cs}/gu, "")
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  if (text.replace(INVISIBLE, "") === "") return null;
  return cutName(text);
}

function cutName(text: string): string {
  if (text.length <= NAME_LENGTH) return text;
  let cut = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (cut.length + segment.length > NAME_LENGTH) break;
    cut += segment;
  }
  return cut.trimEnd();
}
