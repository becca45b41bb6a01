/** Lengths of what goes into `POST /{phone number id}/messages`. Source: Meta, "Messages" (2025); reference 1.1 and 1.3. */
export const MESSAGE_LIMITS = {
  textBody: 4096,
  callbackData: 512,
} as const;

/**
 * How long a text is for Meta's limits. Meta says "characters" and not which; UTF-16 units are the strictest reading, so that what
 * fits by them fits by any, and what is too long is refused at the door and not after it was accepted.
 */
export function textLength(text: string): number {
  return text.length;
}
