import "server-only";
import { eq, sql } from "drizzle-orm";
import { organizations } from "@/db/schema/organizations";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { suggestE164, toE164 } from "@/lib/phone";

/** The number in E.164, or the guide's `invalid_phone_number` with what the writer probably meant in `country` (ISO). */
function parsePhone(country: string, input: string): string {
  const phone = toE164(input);
  if (phone) return phone;
  const suggestion = suggestE164(input, country);
  throw new AppError("invalid_phone_number", undefined, {
    details: { phoneNumber: input, ...(suggestion ? { suggestion } : {}) },
  });
}

/** The same with the organization's country, which is looked up only when there is something to suggest. */
export async function requirePhone(ctx: Ctx, input: string): Promise<string> {
  const phone = toE164(input);
  if (phone) return phone;
  const [row] = await ctx.db
    .select({ country: sql<string>`${organizations.settings} ->> 'country'` })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  return parsePhone(row?.country ?? "", input);
}
