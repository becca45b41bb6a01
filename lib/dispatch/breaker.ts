import "server-only";
import { log } from "@/lib/log";
import { monotonicMs } from "./rate-limiter";

/** So many calls in a row without a clear answer: it is Meta or the way there that is in trouble, not the messages. */
const IN_A_ROW = 10;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;

type State = { inARow: number; restMs: number; restsUntil: number };

/**
 * A circuit breaker for each number. At full speed an outage at Meta of minutes would turn everything that waits into "outcome
 * unknown", for a person to sort out. So a number rests after ten calls in a row that got no clear answer, then tries with one
 * message at a time, a second later at first and twice as long each time up to a minute, until one is answered.
 */
export class Breaker {
  private readonly states = new Map<string, State>();

  constructor(private readonly now: () => number = monotonicMs) {}

  /** Meta took the message or refused it: it answers. */
  answered(number: string): void {
    if ((this.states.get(number)?.inARow ?? 0) >= IN_A_ROW) log.info({ integrationId: number }, "Meta answers again");
    this.states.delete(number);
  }

  /** Nobody can say whether Meta took the message, or it could not be reached. */
  unanswered(number: string): void {
    const state = this.states.get(number) ?? { inARow: 0, restMs: FIRST_REST_MS / 2, restsUntil: 0 };
    this.states.set(number, state);
    state.inARow += 1;
    // Calls that were under way when the rest began say nothing new.
    if (state.inARow < IN_A_ROW || this.now() < state.restsUntil) return;
    state.restMs = Math.min(LONGEST_REST_MS, state.restMs * 2);
    state.restsUntil = this.now() + state.restMs;
    log.warn(
      { integrationId: number, restMs: state.restMs },
      "Meta gives no clear answers; the number rests before it tries again",
    );
  }

  /** How long the number has still to rest, and whether it may then only try with one message. */
  state(number: string): { restMs: number; isTrying: boolean } {
    const state = this.states.get(number);
    if (!state || state.inARow < IN_A_ROW) return { restMs: 0, isTrying: false };
    return { restMs: Math.max(0, state.restsUntil - this.now()), isTrying: true };
  }
}

export const breaker = new Breaker();
