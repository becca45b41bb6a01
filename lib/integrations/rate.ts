import type { lanes } from "@/db/schema/integrations";
import { throughputPerSecond } from "@/lib/whatsapp/limits";
import type { IntegrationRow } from "./access";

type Paced = Pick<IntegrationRow, "throughputLevel" | "onBusinessApp" | "ratePerSecond">;
type Slowed = Pick<typeof lanes.$inferSelect, "rateFactor" | "slowedAt">;

/** How long the rate takes to double again after Meta's 130429 halved it. */
export const CLIMB_MS = 15_000;

/** Messages a second: Meta's figure for the number, the operator's lower one, and the one that counts. */
export function ratesOf(row: Paced): { limit: number; set: number | null; effective: number } {
  const limit = throughputPerSecond({ level: row.throughputLevel, isOnBizApp: row.onBusinessApp });
  return { limit, set: row.ratePerSecond, effective: Math.min(row.ratePerSecond ?? limit, limit) };
}

/** What is left of the rate after Meta's 130429: half, then twice as much again every 15 s until it is whole. */
export function rateFactor(lane: Slowed, now: Date): number {
  if (!lane.slowedAt) return 1;
  // A clock that was set back must not make the climb longer.
  const climbedMs = Math.max(0, now.getTime() - lane.slowedAt.getTime());
  return Math.min(1, lane.rateFactor * 2 ** (climbedMs / CLIMB_MS));
}
