import { pause } from "./harness";
import { isSound, readArrivals } from "./judge";
import { startWorld, type World } from "./world";

/**
 * Lets go wrong what can go wrong between us, Meta and the database while messages are sent, one thing after another, and asks
 * the stand-in each time what became of the messages.
 *   node scripts/run.mjs bench/faults.ts [hang close … | all] [--messages 600] [--port 3161]
 * Ends with 1 when a message was lost or doubled, or called failed although it arrived.
 */
type Scenario = (world: World) => Promise<Record<string, unknown>>;

const PER_SECOND = 100;
const NO_FAULTS = {
  tokenExpired: false,
  errorShare: 0,
  rateLimitShare: 0,
  serverErrorShare: 0,
  htmlShare: 0,
  hangShare: 0,
  closeShare: 0,
  lateShare: 0,
  latencyMs: 0,
};

const at = process.argv.indexOf("--messages");
const messages = at < 0 ? 600 : Number(process.argv[at + 1]);
const portAt = process.argv.indexOf("--port");
const port = portAt < 0 ? 3161 : Number(process.argv[portAt + 1]);

/** From the first message to the last the stand-in misbehaves in one way. */
const throughout =
  (faults: object): Scenario =>
  async (world) => {
    await world.setFaults(faults);
    await world.resume();
    await world.settled();
    return {};
  };

const SCENARIOS: Record<string, Scenario> = {
  plain: throughout({}),
  slow: throughout({ latencyMs: 2_000 }),
  hang: throughout({ hangShare: 0.05 }),
  close: throughout({ closeShare: 0.1 }),
  "5xx": throughout({ serverErrorShare: 0.1 }),
  html: throughout({ htmlShare: 0.1 }),
  /** 131000: Meta says that something went wrong, and not whether the message left. */
  unsure: throughout({ errorShare: 0.1 }),
  /** Accepted, but told only after we have given up waiting. */
  late: throughout({ lateShare: 0.1, lateMs: 25_000 }),

  async storm(world) {
    await world.setFaults({ rateLimitShare: 0.9 });
    await world.resume();
    await pause(10_000);
    const duringStorm = await world.accepted();
    await world.setFaults(NO_FAULTS);
    await world.settled();
    return { duringStorm };
  },

  /** For twenty seconds Meta answers nothing but 5xx. Without a rest everything that waits would end in doubt. */
  async outage(world) {
    await world.setFaults({ serverErrorShare: 1 });
    await world.resume();
    await pause(20_000);
    await world.setFaults(NO_FAULTS);
    await world.settled();
    return {};
  },

  async token(world) {
    await world.resume();
    await world.arrived(messages / 4, 0);
    await world.setFaults({ tokenExpired: true });
    const paused = await world.pausedBy();
    await pause(2_000);
    await world.setFaults(NO_FAULTS);
    await world.resume();
    await world.settled();
    return { paused };
  },

  async fourProcesses(world) {
    await world.scale(4);
    await world.resume();
    await world.settled();
    await world.scale(2);
    const { numbers } = await world.standIn.stats();
    return { setRate: await world.rate(), mostInAnySecond: Math.max(...numbers.map((number) => number.maxInAnySecond)) };
  },

  /** A rolling restart in good order leaves nothing in doubt. */
  async deploy(world) {
    await world.resume();
    for (let turn = 0; turn < 4; turn++) {
      await world.arrived(messages / 10, await world.accepted());
      await world.restartApp(turn % 2, "SIGTERM");
    }
    await world.settled();
    return {};
  },

  async database(world) {
    await world.resume();
    for (const awayMs of [0, 2_000, 6_000]) {
      await world.arrived(messages / 6, await world.accepted());
      await world.database?.restart(awayMs);
    }
    await world.settled();
    // A process is whole again when every connection of its pool is.
    const answers = await Promise.all(
      world.apps.flatMap(({ url }) =>
        Array.from({ length: 100 }, () =>
          fetch(`${url}/api/health`).then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      ),
    );
    return {
      restarts: 3,
      healthyAnswers: answers.filter((status) => status === 200).length,
      unhealthyAnswers: answers.filter((status) => status !== 200).length,
    };
  },

  /** People whose messages wait opt out while others are being sent. */
  async optOut(world) {
    await world.resume();
    await world.arrived(messages / 10, 0);
    const last = (await world.told()).slice(-50);
    const phones = await Promise.all(
      last.map(async ({ id }) => String((await world.api("GET", `/api/v1/crm/whatsapp/messages/${id}`)).body.phoneNumber)),
    );
    const consent = (status: string) =>
      Promise.all(
        phones.map((phoneNumber) => world.api("POST", "/api/v1/crm/consents", { phoneNumber, status, source: "bench" })),
      );
    const answers = await consent("opted_out");
    await world.settled();
    const arrivals = await readArrivals(world.standIn.url);
    const arrivedAfterOptOut = last.filter(({ id }) => arrivals.has(id)).length;
    await consent("opted_in");
    if (arrivedAfterOptOut > 0) process.exitCode = 1;
    return { optedOut: answers.filter((answer) => answer.status === 201).length, arrivedAfterOptOut };
  },

  /** Messages are taken back and the number is paused and resumed while they are being sent. */
  async cancel(world) {
    await world.resume();
    await world.arrived(messages / 10, 0);
    // From the newest back, towards those that are leaving: somewhere the two meet.
    const ids = (await world.told())
      .map(({ id }) => id)
      .filter((_, i) => i % 3 === 0)
      .reverse();
    let cancelled = 0;
    let tooLate = 0;
    for (const [i, id] of ids.entries()) {
      if (i === Math.floor(ids.length / 3)) await world.pause();
      if (i === Math.floor((ids.length * 2) / 3)) await world.resume();
      const { status } = await world.api("POST", `/api/v1/crm/whatsapp/messages/${id}/cancel`);
      if (status === 200) cancelled += 1;
      else if (status === 409) tooLate += 1;
    }
    await world.settled();
    const arrivals = await readArrivals(world.standIn.url);
    const arrivedThoughCancelled = (await world.told()).filter(
      ({ id, status }) => status === "cancelled" && arrivals.has(id),
    ).length;
    if (arrivedThoughCancelled > 0) process.exitCode = 1;
    return { asked: ids.length, cancelled, tooLate, arrivedThoughCancelled };
  },
};

const wanted = process.argv.slice(2).filter((word) => Object.hasOwn(SCENARIOS, word));
const names = wanted.length > 0 ? wanted : Object.keys(SCENARIOS);
const world = await startWorld({ port, processes: 2, people: messages, ratePerSecond: PER_SECOND, ownDatabase: true });
try {
  for (const name of names) {
    await world.setFaults(NO_FAULTS);
    await world.fill(messages);
    const startedAt = Date.now();
    const notes = await SCENARIOS[name]?.(world);
    await world.setFaults(NO_FAULTS);
    const verdict = await world.verdict();
    console.log(JSON.stringify({ scenario: name, ...verdict, ...notes, seconds: Math.round((Date.now() - startedAt) / 1000) }));
    if (!isSound(verdict)) process.exitCode = 1;
  }
} finally {
  await world.stop();
}
