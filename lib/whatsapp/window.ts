/** How long a person's message opens the conversation for free-form text. Source: Meta, "Service messages", 23 Apr 2026. */
export const SERVICE_WINDOW_MS = 24 * 60 * 60 * 1000;

/**
 * When the customer service window closes: 24 h after the person's last message by Meta's own timestamp, never by arrival.
 * Null when the person never wrote. A timestamp ahead of `now` counts as `now`, so that an odd clock opens no longer window.
 */
export function windowClosesAt(lastUserMessageAt: Date | null | undefined, now: Date): Date | null {
  if (!lastUserMessageAt) return null;
  return new Date(Math.min(lastUserMessageAt.getTime(), now.getTime()) + SERVICE_WINDOW_MS);
}

/** The same while it has not closed yet, else null. `closedAt`: when Meta last said that it is closed, which holds until the person writes again. */
export function openUntil(
  lastUserMessageAt: Date | null | undefined,
  now: Date,
  closedAt: Date | null | undefined = null,
): Date | null {
  if (closedAt && lastUserMessageAt && lastUserMessageAt <= closedAt) return null;
  const closesAt = windowClosesAt(lastUserMessageAt, now);
  return closesAt && closesAt > now ? closesAt : null;
}

/** True while free-form messages may be sent; otherwise Meta answers 131047 and only templates pass. */
export function isWindowOpen(...heard: Parameters<typeof openUntil>): boolean {
  return openUntil(...heard) !== null;
}
