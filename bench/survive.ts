import { pause } from "./harness";
import { isSound } from "./judge";
import { startWorld } from "./world";

/**
 * Kills the app with SIGKILL at random moments while it sends, and asks the stand-in what became of the messages.
 *   node scripts/run.mjs bench/survive.ts [--kills 50] [--messages 10000] [--processes 1] [--port 3151]
 * One process brings its own database, as `npm start` does, which goes down with it; several share one that stays.
 * Ends with 1 when a message was lost or doubled, or called failed although it arrived.
 */
const option = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const kills = option("kills", 50);
const messages = option("messages", 10_000);
const processes = option("processes", 1);
const EARLIEST_MS = 200;
const LATEST_MS = 2_500;
/** One kill in so many does not wait for the app to send again: it meets the start itself. */
const AT_START = 5;
/** A number that another process had is free after its lease of 10 s. */
const SENDS_WITHIN_MS = 20_000;

// Slow enough that messages are left for the last kill. Alone, each life of the app sends for one second to three; with others
// sending goes on while one starts again.
const secondsPerKill = processes > 1 ? 5 : 2;
const ratePerSecond = Math.max(20, Math.round(messages / (kills * secondsPerKill)));
const world = await startWorld({
  port: option("port", 3151),
  processes,
  people: messages,
  ratePerSecond,
  ownDatabase: processes > 1,
});
try {
  await world.fill(messages);
  await world.resume();
  const startedAt = Date.now();
  let atWork = 0;
  for (let kill = 0; kill < kills; kill++) {
    const before = await world.accepted();
    let sends = false;
    if (kill % AT_START !== AT_START - 1) {
      for (const until = Date.now() + SENDS_WITHIN_MS; !sends && Date.now() < until; await pause(50))
        sends = (await world.accepted()) > before;
    }
    await pause(EARLIEST_MS + Math.random() * (LATEST_MS - EARLIEST_MS));
    if (sends) atWork += 1;
    await world.restartApp(Math.floor(Math.random() * processes), "SIGKILL");
    console.error(`kill ${kill + 1} of ${kills}: ${await world.accepted()} have arrived`);
  }
  await world.setRate(1000);
  await world.settled();
  const verdict = await world.verdict();
  console.log(
    JSON.stringify({
      ...verdict,
      kills,
      killsWhileSending: atWork,
      processes,
      ratePerSecond,
      seconds: Math.round((Date.now() - startedAt) / 1000),
    }),
  );
  if (!isSound(verdict)) process.exitCode = 1;
} finally {
  await world.stop();
}
