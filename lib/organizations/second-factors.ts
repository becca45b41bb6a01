import "server-only";
import { eq } from "drizzle-orm";
import type { Db } from "@/db/client";
import { recoveryCodes, secondFactors } from "@/db/schema/organizations";

/** Takes a second factor and its recovery codes away. The caller checks who may, and writes it down. */
export async function dropSecondFactor(db: Db, userId: string): Promise<boolean> {
  await db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId));
  const dropped = await db.delete(secondFactors).where(eq(secondFactors.userId, userId)).returning();
  return dropped.some(({ confirmedAt }) => confirmedAt !== null);
}
