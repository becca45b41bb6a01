import "server-only";
import { env, publicUrl, usesInngest } from "@/lib/env";
import { runSoon } from "@/lib/later";
import { log } from "@/lib/log";
import { inngestProblem } from "@/lib/readiness";
import { setWaker, type Wake } from "@/lib/wake";
import { inngest, messagesWaiting, sandboxWaiting, webhooksReceived } from "./client";
import { stopServing } from "./functions";
import { type Engine, startLocalEngine } from "./local";

/** Wake-ups of one kind within this time become one event: a run takes all there is anyway. */
const COALESCE_MS = 250;
const REGISTER_TRIES = 30;

/** The engine that the environment asks for: Inngest when any INNGEST_* is set, otherwise the one inside the process. */
export async function startEngine(): Promise<Engine> {
  if (!usesInngest()) return startLocalEngine();
  const problem = inngestProblem();
  if (problem) throw new Error(problem);
  wakeThroughInngest();
  const registering = new AbortController();
  void register(registering.signal);
  const leave = () => {
    registering.abort();
    setWaker(undefined);
    stopServing();
  };
  return { leave, stop: async () => leave() };
}

/** Turns wake-ups into events, after the commit and at most four a second of a kind. An event that is lost delays by a minute: the sweep. */
export function wakeThroughInngest(): void {
  const waiting = new Map<string, ReturnType<typeof eventOf>>();
  let isComing = false;
  const flush = async () => {
    isComing = false;
    const events = [...waiting.values()];
    waiting.clear();
    try {
      await inngest.send(events);
    } catch (error) {
      log.warn({ err: error }, "Inngest did not take a wake-up; the sweep will find the work");
    }
  };
  setWaker((wake) => {
    waiting.set(wake.kind === "messages" ? wake.integrationId : wake.kind, eventOf(wake));
    if (isComing) return;
    isComing = true;
    runSoon(COALESCE_MS, flush);
  });
}

function eventOf(wake: Wake) {
  if (wake.kind === "messages")
    return messagesWaiting.create({ integrationId: wake.integrationId, organizationId: wake.organizationId });
  return wake.kind === "webhooks" ? webhooksReceived.create({}) : sandboxWaiting.create({});
}

/** Events that are sent before the functions are registered never fire, so the app registers itself as soon as it answers. */
async function register(signal: AbortSignal): Promise<void> {
  for (let attempt = 0; attempt < REGISTER_TRIES && !signal.aborted; attempt++) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 1_000 * 2 ** attempt)));
    try {
      const answer = await fetch(`${env().INNGEST_SERVE_ORIGIN ?? publicUrl()}/api/inngest`, { method: "PUT", signal });
      if (answer.ok) return log.info("The functions are registered with Inngest");
      log.warn({ status: answer.status }, "Inngest did not take the functions yet");
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, "Inngest cannot be reached yet");
    }
  }
}
