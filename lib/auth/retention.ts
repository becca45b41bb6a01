import "server-only";
import { lt } from "drizzle-orm";
import type { Db } from "@/db/client";
import { attempts } from "@/db/schema/organizations";

/** Counted tries whose window is over. */
export async function forgetTries(db: Db, now: Date): Promise<void> {
  await db.delete(attempts).where(lt(attempts.windowEndsAt, now));
}
