import type { MessageFailure, MessageStatus } from "./schema";

/** The reason of a message that ended because nobody could say what became of it. */
export const OUTCOME_UNKNOWN = "outcome_unknown";

/** A status, or a message that ended as `failed` only because no word of Meta came in time: whatever Meta still says of it counts. */
export type State = MessageStatus | "given_up";

type Transition = {
  from: readonly State[];
  to: MessageStatus;
  /** The place in the 24-hour allowance that the message holds is given back. */
  freesPlace?: true;
  /** What happened beside the state is written down even where another word of Meta was quicker and the state stays. */
  alwaysTold?: true;
  /** The step in the message's timeline; none where nothing happened that a person would ask about. */
  step: string | null;
  /** Who does it, and why. */
  why: string;
};

const WAITING = ["queued", "scheduled"] as const;
const BEFORE_AN_ANSWER = [...WAITING, "sending", "unknown"] as const;

/**
 * State machine of a message: every way in which its state may change, and nothing else changes it. Whatever Meta reports of one
 * message in whatever order ends in the strongest fact: read, then delivered, then failed, then sent.
 */
export const TRANSITIONS = {
  postpone: { from: WAITING, to: "queued", step: null, why: "the allowance or the person's pair limit is used up for now" },
  schedule: { from: WAITING, to: "scheduled", step: "scheduled", why: "the business is closed" },
  askAgain: { from: WAITING, to: "queued", step: null, why: "hours, limits or a pause changed" },
  sendNow: { from: WAITING, to: "queued", step: "queued", why: "a person does not want to wait for opening hours" },
  cancel: {
    from: WAITING,
    to: "cancelled",
    freesPlace: true,
    step: "cancelled",
    why: "a person takes it back, or its number is removed",
  },
  leave: { from: WAITING, to: "sending", step: "sending", why: "committed right before Meta is called" },
  giveBack: { from: ["sending"], to: "queued", step: "retrying", why: "the commit was not confirmed, so Meta was not called" },
  accept: { from: ["sending", "unknown", "given_up"], to: "sent", alwaysTold: true, step: "accepted", why: "Meta took it" },
  retry: { from: ["sending", "unknown"], to: "queued", step: "retrying", why: "Meta proved that it did not take it" },
  cancelReturned: {
    from: ["sending", "unknown"],
    to: "cancelled",
    freesPlace: true,
    step: "cancelled",
    why: "it came back and its number was removed meanwhile",
  },
  doubt: { from: ["sending"], to: "unknown", step: "unknown", why: "no clear answer, or the sender died" },
  refuse: { from: BEFORE_AN_ANSWER, to: "failed", freesPlace: true, step: "failed", why: "the gate or Meta refused it" },
  giveUp: { from: ["unknown"], to: "failed", freesPlace: true, step: "failed", why: "no word of Meta came in time" },
  reportSent: { from: [...BEFORE_AN_ANSWER, "given_up"], to: "sent", alwaysTold: true, step: "sent", why: "Meta's webhook" },
  reportFailed: {
    from: [...BEFORE_AN_ANSWER, "sent", "given_up"],
    to: "failed",
    freesPlace: true,
    alwaysTold: true,
    step: "failed",
    why: "Meta's webhook",
  },
  reportDelivered: {
    from: [...BEFORE_AN_ANSWER, "sent", "failed", "given_up"],
    to: "delivered",
    alwaysTold: true,
    step: "delivered",
    why: "Meta's webhook",
  },
  reportRead: {
    from: [...BEFORE_AN_ANSWER, "sent", "failed", "given_up", "delivered"],
    to: "read",
    alwaysTold: true,
    step: "read",
    why: "Meta's webhook",
  },
} as const satisfies Record<string, Transition>;

export type TransitionName = keyof typeof TRANSITIONS;
export const transitionOf = (name: TransitionName): Transition => TRANSITIONS[name];

/** What Meta reports, in its words. A voice message that was played was read, whether or not the reading was reported. */
const REPORTED = {
  sent: "reportSent",
  delivered: "reportDelivered",
  read: "reportRead",
  played: "reportRead",
  failed: "reportFailed",
} as const satisfies Record<string, TransitionName>;
export type Reported = keyof typeof REPORTED;

/** Null for a word that says nothing about where a message is. */
export function reportedAs(word: string): Reported | null {
  return Object.hasOwn(REPORTED, word) ? (word as Reported) : null;
}

export function stateOf(message: { status: MessageStatus; failure?: MessageFailure | null }): State {
  return message.status === "failed" && message.failure?.reason === OUTCOME_UNKNOWN ? "given_up" : message.status;
}

/** The transition that a report makes of a message in this state; null when the state stays. */
export function reportTransition(state: State, reported: Reported): TransitionName | null {
  const name = REPORTED[reported];
  return transitionOf(name).from.includes(state) ? name : null;
}

/** States in which a message has not left and may be taken back. */
export const CANCELLABLE: readonly MessageStatus[] = WAITING;

/** The picture of all states as Mermaid text, for the operations page. */
export function drawStates(): string {
  const edges = Object.entries(TRANSITIONS).flatMap(([name, { from, to }]) =>
    from.map((state) => `  ${state} --> ${to}: ${name}`),
  );
  return ["stateDiagram-v2", "  [*] --> queued", "  [*] --> scheduled", ...edges].join("\n");
}

/** The same as a table with the reasons. */
export function listTransitions(): string {
  const rows = Object.entries(TRANSITIONS as Record<string, Transition>).map(
    ([name, { from, to, freesPlace, why }]) =>
      `| \`${name}\` | ${from.join(", ")} | ${to} | ${freesPlace ? "yes" : ""} | ${why} |`,
  );
  return ["| transition | from | to | gives its place back | because |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}
