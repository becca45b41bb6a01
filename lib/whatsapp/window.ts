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

/**
 * True while free-form messages may be sent; otherwise Meta answers 131047 and only templates pass. `closedAt`: when Meta last
 * answered so, which is newer than our clock until the person writes again.
 */
export function isWindowOpen(
  lastUserMessageAt: Date | null | undefined,
  now: Date,
  closedAt: Date | null | undefined = null,
): boolean {
  if (closedAt && lastUserMessageAt && lastUserMessageAt <= closedAt) return false;
  const closesAt = windowClosesAt(lastUserMessageAt, now);
  return closesAt !== null && closesAt.getTime() > now.getTime();
}
