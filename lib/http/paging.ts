import { z } from "zod";

export const PageQuery = z.object({
  cursor: z.string().max(200).optional().describe("The nextCursor of the page before."),
  limit: z.coerce.number().int().min(1).max(100).default(25),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** The shape of every list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}
export type Page<T> = { data: T[]; nextCursor: string | null };

/**
 * Cuts a list that was read with `limit + 1` rows. Ids are time ordered, so the last id shown is the cursor,
 * and a list stays whole while rows are added.
 */
export function toPage<Row extends { id: string }, T>(rows: Row[], limit: number, show: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(show), nextCursor: rows.length > limit && last ? last.id : null };
}
