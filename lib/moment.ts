import { z } from "zod";

/** Source: ISO 8601 with four digits, which PostgreSQL, JSON and JavaScript write and read alike. */
const [FIRST_YEAR, LAST_YEAR] = [1, 9999];

/**
 * A moment that somebody gives us, ISO 8601 with `Z` or an offset. Judged as what it will be kept as: its year in UTC, not the year
 * it was written with, must have four digits.
 */
export const Moment = z.iso
  .datetime({ offset: true })
  .refine(isKept, `Must lie between the years ${FIRST_YEAR} and ${LAST_YEAR}, in UTC`);

function isKept(text: string): boolean {
  const year = new Date(text).getUTCFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR;
}
