import "server-only";
import type { Db } from "@/db/client";
import { forgetSessions, forgetTries } from "@/lib/auth/retention";
import { followClock } from "@/lib/dispatch/sweep";
import { forgetUnfinished } from "@/lib/media/retention";
import { forgetSending } from "@/lib/messages/retention";
import { forgetBodies } from "@/lib/webhooks/retention";

/** What each noun lets go of once it has served. What is told first is done first. */
const DUTIES: readonly ((db: Db, now: Date) => Promise<void>)[] = [
  forgetTries,
  forgetSessions,
  forgetSending,
  followClock,
  forgetBodies,
  forgetUnfinished,
];

export async function tidy(db: Db, now: Date): Promise<void> {
  for (const duty of DUTIES) await duty(db, now);
}
