/** Why a file that came with a message is not here, or may not be opened. */
export const MEDIA_FAILURES = [
  "expired",
  "vanished",
  "too_large",
  "wrong_hash",
  "no_room",
  "refused",
  "unreachable",
  "not_scanned",
  "infected",
] as const;
export type MediaFailure = (typeof MEDIA_FAILURES)[number];

/** `waiting`: being fetched from Meta. `removed`: the file was deleted. */
export const FILE_STATES = ["ready", "waiting", "failed", "quarantined", "removed"] as const;
export type FileState = (typeof FILE_STATES)[number];
