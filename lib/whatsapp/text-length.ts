/** Lengths of what goes into `POST /{phone number id}/messages`. Source: Meta, "Messages" (2025); reference 1.1 and 1.3. */
export const MESSAGE_LIMITS = {
  textBody: 4096,
  caption: 1024,
  filename: 240,
  callbackData: 512,
} as const;

/**
 * How long a text is for Meta's limits, at the door, at departure and on screen. Meta says "characters" and not which: code points,
 * so that an emoji counts as one letter does to whoever writes it.
 */
export function textLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** The first `limit` characters, none of them cut in two. */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : [...text].slice(0, limit).join("");
}
