const DAY_MS = 24 * 60 * 60 * 1000;

/** How often an approved template may be changed. Source: Meta, "Template management" (13 April 2026); reference 4.8. */
export const EDIT_LIMITS = [
  { most: 1, withinMs: DAY_MS, words: "once in 24 hours" },
  { most: 10, withinMs: 30 * DAY_MS, words: "10 times in 30 days" },
] as const;
export const EDITS_COUNT_MS = 30 * DAY_MS;

type Edited = { status: string; editedAt: readonly string[] };

/** When a limit lets an approved template be changed again; in the past it has done so. Null where no limit was reached. */
export function nextEditAt({ status, editedAt }: Edited): Date | null {
  if (status !== "APPROVED") return null;
  const times = editedAt.map(Date.parse).sort((a, b) => b - a);
  const free = EDIT_LIMITS.flatMap(({ most, withinMs }) => {
    const oldest = times[most - 1];
    return oldest === undefined ? [] : [oldest + withinMs];
  });
  return free.length === 0 ? null : new Date(Math.max(...free));
}
