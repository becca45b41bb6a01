import "server-only";
import { cron, type EventType } from "inngest";
import { openDatabase } from "@/lib/ctx";
import { newId } from "@/lib/ids";
import type { Wake } from "@/lib/wake";
import { AWAKE_MS, awakeBeside, awakeUntil, noteInngest, whileAwake } from "./awake";
import { inngest, mediaWaiting, messagesWaiting, sandboxWaiting, wakeLater, webhooksReceived } from "./client";
import { CHORES, keyOf, type Round, runRound, sweepOnce } from "./jobs";

/** One step works for this long: thousands of messages at full speed, and shorter than any platform's time-out. */
const STEP_MS = 20_000;
/** A run stays awake this long after its last work, so that steady traffic is one run and not one for each message. */
const LINGER_MS = 5_000;
const LOOK_EVERY_MS = 200;
/** How long a run waits until the process that worked is gone. */
const HAND_OVER_MS = 2_000;
/** A run ends after so many steps and hands over, well below Inngest's 1,000. */
const MOST_STEPS = 200;
/** An unreachable app uses up an attempt, so a deploy must not be the last one. */
const RETRIES = 4;

const stopping = new AbortController();

/** Lets the steps under way end early; called when the server is told to stop. */
export function stopServing(): void {
  stopping.abort();
}

/** What a step decided: go on with the next one at a moment, or end, with something to be woken for later. */
type Decision = { goOnAt: string } | { wakeAt: string | null };

/**
 * One step of a woken run: rounds of the work until nothing was due for a while. Whoever stores work in this time finds the run
 * awake and sends no event; the last thing the run does is to say that it sleeps, and to look once more.
 */
async function workStep(wake: Wake, runId: string): Promise<Decision> {
  const db = await openDatabase();
  const key = keyOf(wake);
  const other = await awakeBeside(db, key, runId);
  if (other) return { wakeAt: new Date(other.getTime() + 500).toISOString() };
  return whileAwake(db, key, runId, async (sleep) => {
    const endsAt = performance.now() + STEP_MS;
    const round = () =>
      runRound(db, wake, { owner: newId("run"), maxMs: Math.max(1, endsAt - performance.now()), signal: stopping.signal });
    let found = await round();
    let lingerUntil = found.hasWorked ? performance.now() + LINGER_MS : 0;
    while (!found.isTaken && performance.now() < endsAt && !stopping.signal.aborted) {
      if (!isDue(found) && performance.now() > lingerUntil) break;
      if (!isDue(found)) await pause(LOOK_EVERY_MS);
      found = await round();
      if (found.hasWorked) lingerUntil = performance.now() + LINGER_MS;
    }
    // This process is stopping: the next step is another one's.
    if (stopping.signal.aborted) return { goOnAt: inMs(HAND_OVER_MS) };
    if (isDue(found) && !found.isTaken) return { goOnAt: inMs(0) };
    await sleep();
    // Whoever has the number works on, or has died and is replaced when its lease has ended.
    if (found.isTaken) return { wakeAt: inMs(AWAKE_MS + 500) };
    found = await round();
    return isDue(found) ? { goOnAt: inMs(0) } : { wakeAt: found.nextDueAt?.toISOString() ?? null };
  });
}

const isDue = ({ nextDueAt }: Round) => nextDueAt !== null && nextDueAt.getTime() <= Date.now();
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A function that works while there is work, one run at a time for each key. */
// biome-ignore lint/suspicious/noExplicitAny: an event of any data
function woken<T extends EventType<string, any>>(
  id: string,
  trigger: T,
  concurrency: { limit: number; key?: string },
  wakeOf: (data: Record<string, unknown>) => Wake,
) {
  return inngest.createFunction(
    { id, retries: RETRIES, triggers: [trigger], concurrency: [concurrency] },
    async ({ event, step, runId }) => {
      const wake = wakeOf(event.data as Record<string, unknown>);
      for (let turn = 0; turn < MOST_STEPS; turn++) {
        const decision = await step.run(`work-${turn}`, () => workStep(wake, runId));
        if ("wakeAt" in decision) {
          if (decision.wakeAt) await step.sendEvent("later", later({ ...wake, at: new Date(decision.wakeAt) }));
          return;
        }
        if (Date.parse(decision.goOnAt) > Date.now()) await step.sleepUntil(`wait-${turn}`, decision.goOnAt);
      }
      await step.sendEvent("go-on", eventOf(wake));
    },
  );
}

const EVENTS = { webhooks: webhooksReceived, media: mediaWaiting, sandbox: sandboxWaiting };

/** The event that wakes at once. */
export function eventOf(wake: Wake) {
  if (wake.kind === "messages")
    return messagesWaiting.create({ integrationId: wake.integrationId, organizationId: wake.organizationId });
  return EVENTS[wake.kind].create({});
}

/** The event that wakes at its moment, by whole seconds: Inngest takes one of an id, so that many of them are one. */
export function later(wake: Wake & { at: Date }) {
  const at = new Date(Math.ceil(wake.at.getTime() / 1000) * 1000);
  const whom = wake.kind === "messages" ? { integrationId: wake.integrationId, organizationId: wake.organizationId } : {};
  return wakeLater.create({ kind: wake.kind, ...whom, at: at.toISOString() }, { id: `later ${keyOf(wake)} ${at.toISOString()}` });
}

export const dispatch = woken("dispatch", messagesWaiting, { limit: 1, key: "event.data.integrationId" }, (data) => ({
  kind: "messages",
  integrationId: String(data.integrationId),
  organizationId: String(data.organizationId),
}));
export const webhooks = woken("webhooks", webhooksReceived, { limit: 1 }, () => ({ kind: "webhooks" }));
export const media = woken("media", mediaWaiting, { limit: 1 }, () => ({ kind: "media" }));
export const sandbox = woken("sandbox", sandboxWaiting, { limit: 1 }, () => ({ kind: "sandbox" }));

/** Wakes at a moment whom nobody has woken until then. */
export const wakeUp = inngest.createFunction(
  { id: "wake-later", retries: RETRIES, triggers: [wakeLater] },
  async ({ event, step }) => {
    const { kind, integrationId = "", organizationId = "", at } = event.data;
    const wake: Wake = kind === "messages" ? { kind, integrationId, organizationId } : { kind };
    if (Date.parse(at) > Date.now()) await step.sleepUntil("wait", at);
    const isAsleep = await step.run(
      "look",
      async () => !(await awakeUntil(await openDatabase(), [keyOf(wake)])).has(keyOf(wake)),
    );
    if (isAsleep) await step.sendEvent("wake", eventOf(wake));
  },
);

/** Finds every committed row whose wake-up was lost, and settles what was left in doubt. */
export const sweep = inngest.createFunction(
  { id: "sweep", retries: RETRIES, triggers: [cron("* * * * *")], concurrency: [{ limit: 1 }] },
  async ({ step }) => {
    const due = await step.run("find", async () => {
      const db = await openDatabase();
      await noteInngest(db);
      const wakes = await sweepOnce(db);
      const awake = await awakeUntil(db, wakes.map(keyOf));
      return wakes.filter((wake) => !awake.has(keyOf(wake)));
    });
    if (due.length > 0)
      await step.sendEvent(
        "wake",
        due.map((wake) => eventOf(wake as Wake)),
      );
  },
);

const chores = CHORES.map(({ id, cron: when, run }) =>
  inngest.createFunction({ id, retries: RETRIES, triggers: [cron(when)] }, async ({ step }) => {
    await step.run("run", async () => {
      await run(await openDatabase(), stopping.signal);
    });
  }),
);

export const functions = [dispatch, webhooks, media, sandbox, wakeUp, sweep, ...chores];
