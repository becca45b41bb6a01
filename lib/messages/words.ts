/** Every state of a message, in the order of its life. Apart from the shapes, so that a list need not load what checks them. */
export const MESSAGE_STATUSES = [
  "queued",
  "scheduled",
  "sending",
  "unknown",
  "sent",
  "delivered",
  "read",
  "failed",
  "cancelled",
] as const;

export const MESSAGE_SORTS = ["-createdAt", "createdAt"] as const;
