import "server-only";
import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "@/lib/ctx";
import { releasePlaces } from "./allowance";
import type { MessageStatus, TimelineStep } from "./schema";
import { OUTCOME_UNKNOWN, type State, type TransitionName, transitionOf } from "./states";

/** What a row may say beside its state; the type is PostgreSQL's. */
const COLUMNS = {
  due_at: "timestamptz",
  scheduled_for: "timestamptz",
  waits_for: "text",
  ignores_hours: "boolean",
  outside_window: "boolean",
  lease_owner: "text",
  lease_until: "timestamptz",
  attempts: "integer",
  unknown_since: "timestamptz",
  failure: "jsonb",
  failed_at: "timestamptz",
  sent_at: "timestamptz",
  delivered_at: "timestamptz",
  read_at: "timestamptz",
  wamid: "text",
  wamid_index: "text",
  meta_hold: "text",
  pricing: "jsonb",
} as const;
type Column = keyof typeof COLUMNS;
type Values = {
  [C in Column]?: (typeof COLUMNS)[C] extends "timestamptz"
    ? Date | null
    : (typeof COLUMNS)[C] extends "boolean"
      ? boolean | null
      : (typeof COLUMNS)[C] extends "integer"
        ? number
        : (typeof COLUMNS)[C] extends "jsonb"
          ? object | null
          : string | null;
};

/** One message of a transition. `timeline` replaces what was told so far, where an earlier word came later. */
export type Moved = {
  id: string;
  step: readonly TimelineStep[];
  timeline?: readonly TimelineStep[];
  status?: MessageStatus | null;
} & Values;

type Options = {
  /** A condition that the row (`m`) must still meet, with the row's own values as `u`. */
  only?: SQL;
  /** Common table expressions that `only` speaks of. */
  given?: SQL;
};

const inState = (state: State): SQL =>
  state === "given_up" ? sql`(m.status = 'failed' and m.failure ->> 'reason' = ${OUTCOME_UNKNOWN})` : sql`m.status = ${state}`;

/** What ends with the state it belongs to, unless the row itself says otherwise. */
const BOUND_TO_STATE = [
  "lease_owner",
  "lease_until",
  "unknown_since",
  "waits_for",
  "failure",
  "failed_at",
] as const satisfies readonly Column[];

/**
 * The one writer of states: moves messages of the ctx's organization by one of the transitions, all in one statement, those
 * only that are in a state it may start from. A lease, a doubt and a reason to wait end with the state they belong to, and places in the allowance are
 * given back where the transition says so. Answers the ids that were written.
 */
export async function transition(
  tx: Ctx,
  name: TransitionName,
  moved: readonly Moved[],
  options: Options = {},
): Promise<string[]> {
  if (moved.length === 0) return [];
  const { from, to, freesPlace, alwaysTold } = transitionOf(name);
  const mayMove = sql`(${sql.join(from.map(inState), sql` or `)})`;
  const written = await write(tx, moved, { ...options, mayMove, to: sql`${to}`, isOnlyMoved: !alwaysTold });
  const ids = written.map(({ id }) => id);
  if (freesPlace) await releasePlaces(tx, ids);
  return ids;
}

/**
 * Writes what Meta reported of messages that are locked, each with the state that `reportTransition` gave it, or without one
 * where the state stays. Several reports of one message are one write.
 */
export async function writeReported(tx: Ctx, moved: readonly Moved[]): Promise<void> {
  if (moved.length === 0) return;
  await write(tx, moved, { mayMove: sql`u.status is not null`, to: sql`u.status`, isOnlyMoved: false, isMetas: true });
}

/** `isMetas`: the times are Meta's own, which count more than ours; and whatever it reports ends a hold of its own. */
type Write = Options & { mayMove: SQL; to: SQL; isOnlyMoved: boolean; isMetas?: boolean };

async function write(
  tx: Ctx,
  moved: readonly Moved[],
  { mayMove, to, isOnlyMoved, isMetas = false, only, given }: Write,
): Promise<{ id: string }[]> {
  const columns = (Object.keys(COLUMNS) as Column[]).filter((column) => moved.some((row) => row[column] !== undefined));
  const when = (value: SQL, otherwise: SQL) =>
    isOnlyMoved ? value : sql`case when ${mayMove} then ${value} else ${otherwise} end`;
  const sets = [
    sql`status = ${when(to, sql`m.status`)}`,
    sql`timeline = coalesce(u.timeline, m.timeline) || u.step`,
    ...BOUND_TO_STATE.filter((column) => !columns.includes(column)).map(
      (column) => sql`${sql.raw(column)} = ${when(sql`null`, sql`m.${sql.raw(column)}`)}`,
    ),
    ...columns.map((column) => sql`${sql.raw(column)} = ${newValue(column, isMetas, when)}`),
    ...(isMetas ? [sql`meta_hold = null`] : []),
  ];
  const types = sql.raw(
    ["id text", "step jsonb", "timeline jsonb", "status text", ...columns.map((column) => `${column} ${COLUMNS[column]}`)].join(
      ", ",
    ),
  );
  return tx.db.execute<{ id: string }>(sql`
    ${given ? sql`with ${given}` : sql``}
    update messages m set ${sql.join(sets, sql`, `)}
    from jsonb_to_recordset((${JSON.stringify(moved)}::text)::jsonb) as u(${types})
    where m.id = u.id and m.organization_id = ${tx.organizationId}
      ${isOnlyMoved ? sql`and ${mayMove}` : sql``} ${only ? sql`and ${only}` : sql``}
    returning m.id`);
}

/** Meta's ids are learned once, what belongs to a state changes with it, and the rest is as the row says where it says something. */
function newValue(column: Column, isMetas: boolean, when: (value: SQL, otherwise: SQL) => SQL): SQL {
  const own = sql.raw(`m.${column}`);
  const told = sql.raw(`u.${column}`);
  if (column === "wamid" || column === "wamid_index" || (column === "sent_at" && !isMetas)) return sql`coalesce(${own}, ${told})`;
  if (column === "meta_hold" || (BOUND_TO_STATE as readonly Column[]).includes(column)) return when(told, own);
  return sql`coalesce(${told}, ${own})`;
}
