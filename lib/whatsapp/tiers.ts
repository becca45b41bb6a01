/**
 * People a business portfolio may start with in a rolling 24 hours outside the service window, from Meta's tier
 * (`TIER_50` … `TIER_100K`, `TIER_UNLIMITED`; webhooks also send integers, where -1 means unlimited).
 * `Infinity` is no limit, `null` is a value that says nothing (`TIER_NOT_SET`, missing, unreadable).
 * A tier Meta adds later is read by its number. Source: Meta, "Messaging limits", 8 May 2026.
 */
export function tierAllowance(tier: string | number | null | undefined): number | null {
  if (typeof tier === "number") return allowanceOfNumber(tier);
  if (typeof tier !== "string") return null;
  const text = tier.trim().toUpperCase();
  if (text === "TIER_UNLIMITED" || text === "UNLIMITED") return Number.POSITIVE_INFINITY;
  if (/^-?\d+$/.test(text)) return allowanceOfNumber(Number(text));
  const match = /^TIER_(\d+)(K|M)?$/.exec(text);
  return match ? allowanceOfNumber(Number(match[1]) * (SCALE.get(match[2]) ?? 1)) : null;
}

const SCALE = new Map<string | undefined, number>([
  ["K", 1_000],
  ["M", 1_000_000],
]);

function allowanceOfNumber(value: number): number | null {
  if (value === -1) return Number.POSITIVE_INFINITY;
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}
