import "server-only";
import { eq } from "drizzle-orm";
import { users } from "@/db/schema/organizations";
import type { Ctx } from "@/lib/ctx";
import { AppError } from "@/lib/errors";
import { isPassword } from "@/lib/passwords";
import { countAttempt, forgetAttempts } from "./attempts";

const TRIES = { limit: 10, windowMs: 15 * 60_000 };

/** Throws `validation_failed` at `currentPassword` unless it is the signed-in person's, and `TooManyAttempts` after 10 tries in 15 minutes. */
export async function requireOwnPassword(ctx: Ctx, userId: string, current: string | undefined): Promise<void> {
  const refuse = (message: string) =>
    new AppError("validation_failed", undefined, { details: [{ path: "currentPassword", message }] });
  if (current === undefined) throw refuse("Give your current password");
  await countAttempt(ctx.db, `password of ${userId}`, TRIES, ctx.now);
  const [user] = await ctx.db.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, userId));
  if (!(await isPassword(current, user?.passwordHash ?? null))) throw refuse("This is not your current password");
  await forgetAttempts(ctx.db, [`password of ${userId}`], ctx.now);
}
