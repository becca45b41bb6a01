import "server-only";
import { after } from "next/server";
import { startEngine } from "@/inngest/engine";
import type { Engine } from "@/inngest/local";
import { openDatabase } from "@/lib/ctx";
import { env, publicUrl } from "@/lib/env";
import { setAfterResponse } from "@/lib/later";
import { openStreams } from "@/lib/live";
import { log } from "@/lib/log";
import { ensureSetupLink } from "@/lib/organizations/setup";
import { hasOwnServer } from "@/lib/own-server";
import { settingsProblem } from "@/lib/readiness";
import { startTelemetry } from "@/lib/telemetry";
import { keepNextConnections } from "./next-connections";

/**
 * Starts what a process needs that plain Next runs (`next start`, Vercel): wake-ups, the engine, the way to the first owner.
 * What is wrong is said in one sentence and answered with 503 by every route; it is looked at again at the next start.
 */
export async function startUnderNext(): Promise<void> {
  if (hasOwnServer()) return;
  keepNextConnections();
  const problem = settingsProblem();
  if (problem) return log.error(`${problem} Nothing is accepted until then.`);
  // next-auth reads its address there, and would otherwise believe whatever host a request names.
  process.env.NEXTAUTH_URL ??= publicUrl();
  setAfterResponse((work) => {
    try {
      after(work);
    } catch {
      // Outside of a request nothing waits for us: the timer does it.
    }
  });
  try {
    await openDatabase();
    await startTelemetry();
    const engine = await startEngine();
    process.prependOnceListener("SIGTERM", () => leave(engine));
    await sayHowToOwn();
  } catch (error) {
    log.error({ err: error }, error instanceof Error ? error.message : "The engine could not be started");
  }
}

function leave(engine: Engine): void {
  engine.leave();
  for (const end of openStreams) end();
}

/** On Vercel many processes start, and each new link would make the one before worthless. */
async function sayHowToOwn(): Promise<void> {
  if (env().VERCEL) return;
  const link = await ensureSetupLink();
  if (link) log.info(`Nobody owns it yet. This link makes the owner, once: ${link}`);
}
