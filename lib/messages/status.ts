import type { MessageFailure, MessageStatus } from "./schema";

/** How far a message has come. `failed` and `cancelled` end it and have no rank. */
const RANK: Record<Exclude<MessageStatus, "failed" | "cancelled">, number> = {
  queued: 0,
  scheduled: 0,
  sending: 1,
  unknown: 2,
  sent: 3,
  delivered: 4,
  read: 5,
};

/** The reason of a message that ended because nobody could say what became of it. */
export const OUTCOME_UNKNOWN = "outcome_unknown";

type State = { status: MessageStatus; failure?: MessageFailure | null };

/**
 * Whether what Meta reports may become the message's state. A state never moves backwards, whatever the order of the
 * webhooks: `failed` cannot follow `delivered`, nothing follows `failed` or `cancelled`. One exception is the truth
 * arriving late: a message that we gave up on as unknown takes whatever Meta says of it.
 */
export function mayBecome(current: State, next: "sent" | "delivered" | "read" | "failed"): boolean {
  if (current.status === "cancelled") return false;
  if (current.status === "failed") return current.failure?.reason === OUTCOME_UNKNOWN;
  if (next === "failed") return RANK[current.status] < RANK.delivered;
  return RANK[next] > RANK[current.status];
}

/** Meta's status words in ours: a played voice message has been read. */
export function statusFromMeta(word: string): "sent" | "delivered" | "read" | "failed" | null {
  if (word === "played") return "read";
  return word === "sent" || word === "delivered" || word === "read" || word === "failed" ? word : null;
}

/** States in which a person may still take a message back. */
export const CANCELLABLE: readonly MessageStatus[] = ["queued", "scheduled"];
