import type { Tone } from "@/components/ui/badge";
import type { Overview } from "@/lib/insights/schema";

type Part = { name: "read" | "delivered" | "sent" | "waiting" | "failed" | "cancelled"; tone: Tone; value: number };

/** Each message in the state it is in, so that the parts add up to the whole. */
export function partsOf({ accepted, read, delivered, waiting, failed, cancelled }: Overview["today"]): Part[] {
  return [
    { name: "read", tone: "read", value: read },
    { name: "delivered", tone: "delivered", value: delivered - read },
    // Some that were sent have failed since: `counts.sent` has them too.
    { name: "sent", tone: "sent", value: accepted - delivered - waiting - failed - cancelled },
    { name: "waiting", tone: "queued", value: waiting },
    { name: "failed", tone: "failed", value: failed },
    { name: "cancelled", tone: "cancelled", value: cancelled },
  ];
}
